// The outbox: who gets what; tick, send; and what became of it.

import { fileAt, get } from "./api.js";
import { h, button, field, mark, name, say } from "./dom.js";
import { t, known, month } from "./i18n.js";
import { count, money, sum } from "./money.js";
import { chunks, filterBox, searcher } from "./chunks.js";
import { modal } from "./modal.js";
import { nothing } from "./problem.js";

const VIEWS = ["all", "to-send", "unknown", "refused", "not-tried", "no-irn", "no-address", "sent", "delivered", "void"];
/** What became of mails that the books only know as unsent, while the page is open. */
const became = new Map();
const word = (state) => t(known(`mail.${state}`) ? `mail.${state}` : "mail.other", { state });
const sendable = (m) => ["to-send", "refused", "not-tried"].includes(m.state) && m.to?.length > 0;
const tone = (state) => ({ sent: "good", delivered: "good", unknown: "warning", refused: "blocking", "not-tried": "warning", "no-irn": "warning", "no-address": "warning" })[state] ?? "";

/** Asks for a reason, then does it. */
function reasoned(ctx, key, numbers, body) {
  modal(t(`outbox.${key}.title`), (close) => {
    const reason = h("textarea", { rows: "2", required: true });
    const form = h("form", { novalidate: true }, h("p", {}, t(`outbox.${key}.text`, { n: count(numbers.length), count: numbers.length })), h("p", { class: "hint" }, numbers.slice(0, 10).join(", "), numbers.length > 10 ? " …" : ""), field(t("outbox.reason"), reason, { wide: true }), h("div", { class: "actions" }, h("button", { type: "submit", class: "main" }, t(`outbox.${key}.do`)), button(t("cancel"), close, { class: "quiet" })));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      mark(reason, reason.value.trim() ? null : t("decide.needreason"));
      if (!reason.value.trim()) return reason.focus();
      close();
      const done = await ctx.perform({ ...body, period: ctx.period, only: numbers, reason: reason.value.trim() }, t(`outbox.${key}.do`));
      if (done) ctx.refresh();
      return undefined;
    });
    return form;
  });
}

function confirmSend(ctx, chosen) {
  modal(t("outbox.send.title"), (close) => [
    h("p", { class: "whole" }, t("outbox.send.text", { n: count(chosen.length), count: chosen.length, total: money(sum(chosen.map((m) => m.total)), chosen[0].currency) })),
    h("ul", { class: "plain brief" }, chosen.slice(0, 8).map((m) => h("li", {}, name(m.legal_name), " → ", name(m.to.join(", "))))), chosen.length > 8 ? h("p", { class: "hint" }, t("decide.others", { n: count(chosen.length - 8) })) : null,
    h("div", { class: "actions" }, button(t("outbox.send.do", { n: count(chosen.length), count: chosen.length }), async () => {
      close();
      const done = await ctx.perform({ do: "send", period: ctx.period, only: chosen.map((m) => m.number) }, t("run.send", { n: count(chosen.length), count: chosen.length }));
      for (const m of done?.document?.outbox ?? []) {
        if (["refused", "not-tried"].includes(m.state)) became.set(`${ctx.book}/${m.number}`, m);
        else became.delete(`${ctx.book}/${m.number}`);
      }
      ctx.refresh();
    }, { class: "main" }), button(t("cancel"), close, { class: "quiet" })),
  ].filter(Boolean));
}

function row(ctx, state, m) {
  const box = h("input", { type: "checkbox", checked: state.ticked.has(m.number), "aria-label": t("outbox.tick", { number: m.number, name: m.legal_name }), onchange: () => {
    if (box.checked) state.ticked.add(m.number);
    else state.ticked.delete(m.number);
    state.counted();
  } });
  return h("tr", { "data-number": m.number }, h("td", { class: "tick" }, box),
    h("th", { scope: "row" }, name(m.legal_name), h("small", {}, h("a", { href: fileAt(ctx.book, m.pdf), target: "_blank", rel: "noopener" }, m.number))),
    h("td", { "data-label": t("outbox.to") }, m.to?.length ? name(m.to.join(", ")) : h("span", { class: "attention" }, t("outbox.noto")), m.cc?.length ? h("small", {}, "cc ", name(m.cc.join(", "))) : null),
    h("td", { class: "num", "data-label": t("total") }, money(m.total, m.currency)),
    h("td", { "data-label": t("col.state") }, h("span", { class: `tag ${tone(m.state)}` }, word(m.state)), m.note ? h("small", { lang: "en" }, m.note) : null));
}

function actions(ctx, state, bar) {
  const chosen = () => state.all.filter((m) => state.ticked.has(m.number));
  const send = button("", () => confirmSend(ctx, chosen().filter(sendable)), { class: "main" });
  const arrived = button(t("outbox.arrived.do"), () => reasoned(ctx, "arrived", chosen().filter((m) => m.state === "unknown").map((m) => m.number), { do: "arrived" }));
  const again = button(t("outbox.resend.do"), () => reasoned(ctx, "resend", chosen().map((m) => m.number), { do: "send", again: true }));
  const delivered = button(t("outbox.delivered.do"), () => reasoned(ctx, "delivered", chosen().map((m) => m.number), { do: "delivered" }));
  state.counted = () => {
    const list = chosen();
    const ready = list.filter(sendable).length;
    send.textContent = t("outbox.send.do", { n: count(ready), count: ready });
    send.disabled = !ready || !state.server;
    arrived.hidden = !list.some((m) => m.state === "unknown");
    again.hidden = !list.some((m) => ["sent", "unknown"].includes(m.state));
    delivered.disabled = !list.length || list.some((m) => ["sent", "delivered", "void"].includes(m.state));
    const every = state.list.items.filter((m) => state.ticked.has(m.number)).length;
    state.every.checked = every > 0 && every === state.list.items.length;
    state.every.indeterminate = every > 0 && every < state.list.items.length;
  };
  bar.append(send, delivered, arrived, again);
}

export async function show(ctx) {
  const title = h("h1", {}, t("nav.outbox"), " ", h("span", { class: "of" }, month(ctx.period)));
  let doc = null;
  try {
    doc = await get(`${ctx.book}/outbox`, { period: ctx.period }, ctx.signal);
  } catch (problem) {
    if (problem.status !== 404 && ctx.here?.issued) throw problem;
  }
  performance.mark("desk:data");
  if (!doc?.outbox?.length) return h("div", { class: "page" }, title, nothing(t("outbox.none"), h("a", { class: "button main", href: ctx.href("drafts") }, t("next.drafts"))));
  const all = doc.outbox.map((m) => {
    const last = m.state === "to-send" ? became.get(`${ctx.book}/${m.number}`) : null;
    return last ? { ...m, state: last.state, note: last.note } : m;
  });
  const state = { all, ticked: new Set(all.filter(sendable).map((m) => m.number)), server: doc.server, view: "all" };
  const body = h("tbody", {});
  state.list = chunks(body, (m) => row(ctx, state, m), 60);
  state.every = h("input", { type: "checkbox", "aria-label": t("outbox.every"), onchange: () => {
    for (const m of state.list.items) if (state.every.checked) state.ticked.add(m.number); else state.ticked.delete(m.number);
    for (const box of body.querySelectorAll("input[type=checkbox]")) box.checked = state.every.checked;
    state.counted();
    say(t("findings.marked", { n: state.ticked.size }));
  } });
  const bar = h("div", { class: "actions" });
  actions(ctx, state, bar);
  const search = searcher(all, (m) => `${m.number} ${m.legal_name} ${m.customer_id} ${m.to.join(" ")} ${m.total} ${word(m.state)}`);
  const shown = h("p", { class: "hint", role: "status" });
  const box = filterBox(t("outbox.filter"), () => draw());
  const chips = h("div", { class: "chips", role: "group", "aria-label": t("findings.views") });
  for (const view of VIEWS) {
    const n = view === "all" ? all.length : all.filter((m) => m.state === view).length;
    if (n) chips.append(button([view === "all" ? t("view.all") : word(view), " ", h("span", { class: "n" }, count(n))], () => {
      state.view = view;
      for (const chip of chips.children) chip.setAttribute("aria-pressed", String(chip.dataset.view === view));
      draw();
    }, { "aria-pressed": String(view === "all"), "data-view": view }));
  }
  const draw = () => {
    const found = search(box.value).filter((m) => state.view === "all" || m.state === state.view);
    state.list.set(found);
    shown.textContent = t("shown", { n: count(found.length), all: count(all.length) });
    state.counted();
  };
  const whole = h("table", { class: "cards" }, h("caption", { class: "unseen" }, t("nav.outbox")), h("thead", {}, h("tr", {}, h("th", { scope: "col", class: "tick" }, state.every), h("th", { scope: "col" }, t("col.customer")), h("th", { scope: "col" }, t("outbox.to")), h("th", { scope: "col", class: "num" }, t("total")), h("th", { scope: "col" }, t("col.state")))), body);
  draw();
  return h("div", { class: "page" }, title, h("p", { class: "lead" }, t("outbox.from"), " ", h("strong", {}, name(doc.from ?? "–")), doc.server ? [" ", t("outbox.by"), " ", h("code", {}, doc.server)] : null),
    doc.server ? null : h("p", { class: "notice" }, t("outbox.noserver")), bar, h("div", { class: "tools" }, box, chips, shown),
    h("div", { class: "scroll tall full", role: "group", "aria-label": t("nav.outbox"), tabindex: "0" }, whole, state.list.end));
}
