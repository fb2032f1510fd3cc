// The board: where each month stands, and one button for what comes next.

import { get } from "./api.js";
import { fill, h, button, name, sign, told, SIGNS } from "./dom.js";
import { t, month, moment } from "./i18n.js";
import { count, money } from "./money.js";
import { rail } from "./frame.js";

const shifted = (period, by) => {
  const [year, m] = period.split("-").map(Number);
  const at = year * 12 + (m - 1) + by;
  return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, "0")}`;
};

export const of = (status, period) => status.periods.find((p) => p.period === period) ?? null;

/** By books and month: how many are held and not decided about, as their findings last said. */
const learnt = new Map();

export function learn(ctx, held) {
  learnt.set(`${ctx.book}/${ctx.period}`, held);
  if (ctx.here) ctx.here.to_decide = held;
}

export function recall(book, status) {
  for (const p of status.periods) p.to_decide ??= learnt.get(`${book}/${p.period}`);
}

/** Held and not decided about yet. */
export const open = (p) => p.to_decide ?? p.held;
const unsent = (p) => p.not_mailed ?? Math.max(0, p.issued - p.sent - p.void);
const isDone = (p) => p && p.issued > 0 && !open(p) && !unsent(p) && !p.unknown;

/** The month that is worked on: the last that ended, unless it is done and another is not. */
export function choose(status, today) {
  const ended = shifted(today.slice(0, 7), -1);
  if (!isDone(of(status, ended))) return ended;
  const open = status.periods.filter((p) => !isDone(p) && p.period < ended).map((p) => p.period);
  return open.sort().at(-1) ?? ended;
}

/** The months to choose from, newest first. */
export function listed(ctx) {
  const now = ctx.desk.today.slice(0, 7);
  const all = new Set([ctx.period, now, shifted(now, -1), ...ctx.status.periods.map((p) => p.period)]);
  return [...all].filter(Boolean).sort().reverse();
}

/** What comes next for a period: { key, section } or { key, run }. */
function step(p, ledger) {
  if (p?.proposed) return { key: "approve", section: "drafts" };
  if (!p?.reconciled) return ledger === "none" ? { key: "ledger", section: "ledger" } : { key: "reconcile", run: "reconcile" };
  if (open(p)) return { key: "decide", section: "findings" };
  if (!p.issued || p.not_invoiced > p.held) return { key: "drafts", section: "drafts" };
  if (p.unknown) return { key: "unknown", section: "outbox" };
  if (unsent(p)) return { key: "send", section: "outbox" };
  return { key: "verify", section: "archive" };
}

function stages(p, ledger, currency) {
  const n = (value) => count(value, currency);
  return [
    ["ledger", p?.reconciled || ledger === "there" ? "done" : ledger === "none" ? "open" : "", p?.reconciled || ledger === "there" ? t("board.there") : ledger === "none" ? t("board.missing") : "…"],
    ["captured", p?.captured ? "done" : "", p?.captured ? t("board.fetched") : t("board.notyet")],
    ["compared", p?.reconciled ? (open(p) ? "open" : "done") : "", p?.reconciled ? (open(p) ? t("board.held", { n: n(open(p)) }) : p.held ? t("board.decided", { n: n(p.held) }) : t("board.agrees")) : t("board.notyet")],
    ["issued", p?.issued ? "done" : p?.draft ? "open" : "", p?.issued ? t("board.documents", { n: n(p.issued) }) : p?.proposed ? t("board.proposed") : p?.draft ? t("board.draft") : t("board.notyet")],
    ["sent", p?.issued && !unsent(p) ? "done" : p?.sent ? "open" : "", p?.issued ? t("board.sentof", { sent: n(p.sent), all: n(p.issued - p.void) }) : t("board.notyet")],
    ["sealed", p?.sealed_at ? "done" : "", p?.sealed_at ? moment(p.sealed_at) : t("board.notyet")],
  ];
}

function track(p, ledger, currency) {
  return h("ol", { class: "track" }, stages(p, ledger, currency).map(([key, state, text]) =>
    h("li", { class: state || null }, h("span", { class: "knot" }, state === "done" ? sign(SIGNS.yes) : null), h("span", { class: "stage" }, t(`board.${key}`)), h("span", { class: "is" }, text))));
}

async function doing(ctx, next) {
  if (next.section) return ctx.go(next.section);
  const done = await ctx.perform({ do: "reconcile", period: ctx.period, refetch: next.refetch === true }, t("run.reconcile", { month: month(ctx.period) }));
  if (done) ctx.go("findings");
}

function main(ctx, ledger) {
  const p = ctx.here;
  const next = step(p, ledger);
  const press = button("", () => doing(ctx, next), { class: "main" });
  press.append(t(`next.${next.key}`, { n: count(p ? open(p) : 0, ctx.currency), count: p ? open(p) : 0 }), sign(SIGNS.next));
  const more = p?.reconciled && !p.sealed_at
    ? [button(t("board.again"), () => doing(ctx, { run: "reconcile" }), { class: "quiet" }), button(t("board.refetch"), () => doing(ctx, { run: "reconcile", refetch: true }), { class: "quiet" })]
    : null;
  const left = p?.issued && p.not_invoiced && next.section !== "drafts"
    ? h("a", { href: ctx.href("drafts") }, t("board.notinvoiced", { n: count(p.not_invoiced, ctx.currency), count: p.not_invoiced }))
    : null;
  return h("div", { class: "hero" }, h("div", { class: "herohead" }, h("h2", {}, month(ctx.period)), h("p", {}, t(`why.${next.key}`))),
    track(p, ledger, ctx.currency), h("div", { class: "actions" }, press, more, left));
}

function others(ctx) {
  const rows = listed(ctx).filter((p) => p !== ctx.period).map((period) => [period, of(ctx.status, period)]).filter(([, p]) => p);
  if (!rows.length) return null;
  const n = (value) => count(value, ctx.currency);
  const columns = ["held", "issued", "sent", "void"];
  return h("section", {}, h("h2", {}, t("board.others")),
    h("div", { class: "scroll", role: "group", "aria-label": t("board.others"), tabindex: "0" }, h("table", { class: "cards" }, h("caption", { class: "unseen" }, t("board.others")),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("period")), columns.map((c) => h("th", { scope: "col", class: "num" }, t(`col.${c}`))), h("th", { scope: "col" }, t("col.sealed")), h("th", { scope: "col" }, t("col.next")))),
      h("tbody", {}, rows.map(([period, p]) => h("tr", {},
        h("th", { scope: "row" }, h("a", { href: ctx.href("periods", { period }) }, month(period))),
        columns.map((c) => h("td", { class: `num${c === "held" && p.held ? " attention" : ""}`, "data-label": t(`col.${c}`) }, n(p[c]))),
        h("td", { "data-label": t("col.sealed") }, p.sealed_at ? moment(p.sealed_at) : "–"),
        h("td", { "data-label": t("col.next") }, h("a", { href: ctx.href(step(p).section ?? "periods", { period }) }, t(`next.${step(p).key}`, { n: n(open(p)), count: open(p) })))))))));
}

function running(ctx) {
  const r = ctx.status.running;
  if (!r?.spent) return null;
  return h("section", { class: "side" }, h("h2", {}, t("board.running", { month: month(r.month) })),
    h("dl", { class: "facts" }, h("dt", {}, t("board.spent")), h("dd", { class: "num" }, money(r.spent, r.currency)),
      r.estimate ? [h("dt", {}, t("board.estimate")), h("dd", { class: "num" }, money(r.estimate, r.currency))] : null));
}

/** What `doctor` finds: asked for, since it asks partner and mail server. */
function checks(ctx) {
  const into = h("div", { class: "checks" });
  const ask = async () => {
    fill(into, h("p", { class: "hint" }, t("reading")));
    try {
      const found = await get(`${ctx.book}/doctor`, { period: ctx.period }, ctx.signal);
      const order = { bad: 0, left: 1, good: 2 };
      const list = [...found.checks].sort((a, b) => (order[a.result] ?? 1) - (order[b.result] ?? 1));
      fill(into, h("ul", {}, list.map((c) => h("li", { class: c.result }, sign(c.result === "good" ? SIGNS.yes : c.result === "bad" ? SIGNS.no : SIGNS.dot, c.result),
        h("div", {}, h("strong", {}, told(c.what)), h("span", { class: "unseen" }, ` (${t(`check.${c.result}`)})`), h("p", {}, told(c.found)), c.next ? h("p", { class: "hint" }, h("strong", {}, `${t("problem.next")}: `), told(c.next)) : null)))));
    } catch (problem) {
      if (problem.name !== "AbortError") fill(into, h("p", { class: "wrong" }, problem.error?.message ?? problem.message));
    }
  };
  const section = h("section", { class: "side" }, h("h2", {}, t("board.checks")), h("p", { class: "hint" }, t("board.checkshint")), button(t("board.check"), ask), into);
  if (!ctx.status.periods.some((p) => p.issued)) section.addEventListener("desk:ask", ask, { once: true });
  return section;
}

function another(ctx) {
  const input = h("input", { type: "month", "aria-label": t("board.another"), max: ctx.desk.today.slice(0, 7) });
  return h("form", { class: "another", onsubmit: (event) => {
    event.preventDefault();
    if (/^\d{4}-\d{2}$/.test(input.value)) ctx.go("periods", { period: input.value });
  } }, h("label", {}, t("board.another"), input), h("button", { type: "submit" }, t("board.open")));
}

export async function show(ctx) {
  const hero = h("div", {}, main(ctx, ctx.here?.reconciled ? "there" : null));
  const health = checks(ctx);
  const page = h("div", { class: "page" }, h("h1", {}, t("nav.periods")),
    ctx.entry.problem ? h("p", { class: "notice bad" }, ctx.entry.problem) : null,
    ctx.status.unfinished ? h("p", { class: "notice" }, t("board.unfinished")) : null,
    hero,
    h("div", { class: "columns" }, h("div", {}, others(ctx), another(ctx)), h("div", {}, running(ctx), health)));
  page.addEventListener("desk:shown", async () => {
    health.dispatchEvent(new CustomEvent("desk:ask"));
    if (ctx.here?.held && ctx.here.to_decide === undefined) {
      const doc = await get(`${ctx.book}/findings`, { period: ctx.period }, ctx.signal).catch(() => null);
      if (!doc) return;
      learn(ctx, doc.customers_held);
      fill(hero, main(ctx, "there"));
      rail(ctx);
    }
    if (ctx.here?.reconciled) return;
    const had = hero.contains(document.activeElement);
    const found = await get(`${ctx.book}/ledger`, { period: ctx.period }, ctx.signal).then(() => "there", (e) => (e.code === "no-ledger" ? "none" : e.name === "AbortError" ? null : "there"));
    if (!found) return;
    fill(hero, main(ctx, found));
    if (had) hero.querySelector("button")?.focus();
  });
  return page;
}
