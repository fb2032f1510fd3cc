// Findings: held first, filtered by typing, one beside its figures and vouchers, many
// chosen together where the cause is one.

import { fileAt, get } from "./api.js";
import { fill, h, button, name, say, sign, SIGNS, plain } from "./dom.js";
import { t, known, month } from "./i18n.js";
import { count, isZero, money, signed } from "./money.js";
import { chunks, filterBox, searcher } from "./chunks.js";
import { kindOf, many, one, titled, who } from "./detail.js";
import { learn } from "./periods.js";
import { nothing } from "./problem.js";

const VIEWS = {
  held: (f) => f.held && !f.decision,
  warning: (f) => f.severity === "warning" || (f.severity === "blocking" && !f.held && !f.decision),
  info: (f) => f.severity === "info",
  decided: (f) => Boolean(f.decision),
  all: () => true,
};

function option(state, f, index) {
  const kind = kindOf(f);
  const names = who(f);
  const element = h("li", { role: "option", id: `finding-${index}`, tabindex: "-1", "aria-selected": state.marked.has(f.id) ? "true" : "false", class: `finding ${kind}`, "aria-setsize": state.list.items.length, "aria-posinset": index + 1, "data-id": f.id },
    h("span", { class: "box", "aria-hidden": "true" }, sign(SIGNS.yes)),
    h("span", { class: "who" }, name(names[0]), names.length > 1 ? ` +${names.length - 1}` : null),
    h("span", { class: "num" }, isZero(f.difference) ? "" : signed(f.difference, state.doc.currency)),
    h("span", { class: "what" }, h("span", { class: `tag ${kind}` }, t(`kind.${kind}`)), " ", titled(f.code)));
  return element;
}

function chips(state, draw) {
  const group = h("div", { class: "chips", role: "group", "aria-label": t("findings.views") });
  for (const [view, is] of Object.entries(VIEWS)) {
    const n = state.doc.findings.filter(is).length;
    if (!n && view !== "held" && view !== "all") continue;
    group.append(button([t(`view.${view}`), " ", h("span", { class: "n" }, count(n))], () => {
      state.view = view;
      for (const chip of group.children) chip.setAttribute("aria-pressed", String(chip.dataset.view === view));
      draw();
    }, { "aria-pressed": String(state.view === view), "data-view": view }));
  }
  return group;
}

function verdict(ctx, doc) {
  const totals = doc.totals;
  return h("div", { class: `verdict ${doc.outcome}` },
    h("p", {}, h("strong", {}, t(known(`outcome.${doc.outcome}`) ? `outcome.${doc.outcome}` : "outcome.discrepant")), " ",
      t("findings.held", { n: count(doc.customers_held), of: count(doc.customers_total), count: doc.customers_held })),
    totals ? h("dl", { class: "line" }, h("dt", {}, t("findings.partner")), h("dd", {}, money(totals.analytics, doc.currency)), h("dt", {}, t("findings.ledger")), h("dd", {}, money(totals.ledger, doc.currency)), h("dt", {}, t("findings.difference")), h("dd", {}, signed(totals.difference, doc.currency))) : null);
}

/** The same for a printer and for a spreadsheet. */
const reports = (ctx) => h("span", { class: "links" }, ["html", "xlsx"].map((kind) => h("a", { href: fileAt(ctx.book, `closes/${ctx.period}/reconciliation.${kind}`), target: "_blank", rel: "noopener", "aria-label": `${t(`findings.${kind}`)}, ${t("opens")}` }, t(`findings.${kind}`))));

function wire(ctx, state, list, detail) {
  const focusAt = (index, show = true) => {
    const at = Math.max(0, Math.min(index, state.list.items.length - 1));
    const element = state.list.at(at);
    if (!element) return;
    list.querySelector('[tabindex="0"]')?.setAttribute("tabindex", "-1");
    list.querySelector(".current")?.classList.remove("current");
    element.setAttribute("tabindex", "0");
    element.classList.add("current");
    state.index = at;
    if (show) element.focus();
    state.open(state.list.items[at]);
  };
  const toggle = (index) => {
    const f = state.list.items[index];
    if (!f || f.decidable === false) return;
    if (!state.marked.delete(f.id)) state.marked.add(f.id);
    state.remark();
    say(t("findings.marked", { n: state.marked.size }));
  };
  list.addEventListener("click", (event) => {
    const item = event.target.closest("[role=option]");
    if (!item) return;
    const index = [...list.children].indexOf(item);
    if (event.target.closest(".box")) return toggle(index);
    focusAt(index);
    // Where the list stands above, the finding itself comes into view.
    if (window.matchMedia("(max-width: 60rem)").matches) detail.scrollIntoView({ block: "start" });
    return undefined;
  });
  const move = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: 10, PageUp: -10 };
  const press = (key) => {
    if (key in move) focusAt(state.index + move[key]);
    else if (key === "Home") focusAt(0);
    else if (key === "End") focusAt(state.list.items.length - 1);
    else if (key === " " || key === "x") toggle(state.index);
    else if (key === "Enter" || key === "d") (detail.querySelector("form.decide input:not(:disabled)") ?? detail.querySelector("#detail-title"))?.focus();
    else return false;
    return true;
  };
  list.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^[jkxd]$/.test(event.key) && !ctx.keys) return;
    if (press(event.key)) event.preventDefault();
  });
  const anywhere = (event) => {
    if (/^[jkxd]$/.test(event.detail) && press(event.detail)) event.preventDefault();
  };
  document.addEventListener("desk:key", anywhere, { signal: ctx.signal });
  return focusAt;
}

export async function show(ctx) {
  const h1 = h("h1", {}, t("nav.findings"));
  let doc;
  try {
    doc = await get(`${ctx.book}/findings`, { period: ctx.period }, ctx.signal);
  } catch (problem) {
    if (problem.code !== "no-reconciliation") throw problem;
    return h("div", { class: "page" }, h1, nothing(t("findings.none", { month: month(ctx.period) }), h("a", { class: "button main", href: ctx.href("periods") }, t("findings.toboard"))));
  }
  performance.mark("desk:data");
  learn(ctx, doc.customers_held);
  const search = searcher(doc.findings, (f) => [...who(f), ...(f.customers ?? []), f.code, titled(f.code), f.rank, f.id, f.message, f.analytics, f.ledger, f.difference].join(" "));
  const list = h("ul", { role: "listbox", "aria-multiselectable": "true", "aria-label": t("findings.list"), class: "findings" });
  const detail = h("section", { class: "detail", "aria-labelledby": "detail-title" });
  const same = h("div", { class: "same" });
  const state = { doc, marked: new Set(), index: 0, view: doc.findings.some(VIEWS.held) ? "held" : "all" };
  state.list = chunks(list, (f, index) => option(state, f, index), 30);
  state.open = (f) => {
    state.current = f;
    if (!state.marked.size) fill(detail, ...one(ctx, state, f).flat().filter(Boolean));
    ctx.note({ arg: f.id });
    drawSame();
  };
  state.remark = () => {
    for (const item of list.children) item.setAttribute("aria-selected", String(state.marked.has(item.dataset.id)));
    if (state.marked.size) fill(detail, ...many(ctx, state).filter(Boolean));
    else if (state.current) state.open(state.current);
    drawSame();
  };
  function drawSame() {
    const f = state.current;
    const alike = f ? state.list.items.filter((o) => o.code === f.code && VIEWS.held(o) && o.decidable !== false) : [];
    fill(same);
    if (alike.length > 1 && !state.marked.size) same.append(button(t("findings.alike", { n: count(alike.length), what: titled(f.code) }), () => {
      for (const o of alike) state.marked.add(o.id);
      state.remark();
    }, { class: "small" }));
    else if (state.marked.size) same.append(h("span", {}, t("findings.marked", { n: count(state.marked.size), count: state.marked.size })), " ", button(t("findings.clear"), () => { state.marked.clear(); state.remark(); }, { class: "small" }));
  }
  const box = filterBox(t("findings.filter"), () => draw());
  const shown = h("p", { class: "hint", role: "status" });
  const draw = () => {
    const found = search(box.value).filter(VIEWS[state.view]);
    state.list.set(found);
    shown.textContent = plain(t("shown", { n: count(found.length), all: count(doc.findings.length) }));
    const at = Math.max(0, found.findIndex((f) => f.id === (state.current?.id ?? ctx.arg)));
    if (found.length) focusAt(at, false);
    else fill(detail, nothing(doc.findings.length ? t("findings.nomatch") : t("findings.clean"), doc.findings.length ? null : h("a", { class: "button main", href: ctx.href("drafts") }, t("next.drafts"))));
    drawSame();
  };
  const focusAt = wire(ctx, state, list, detail);
  const page = h("div", { class: "page wide" }, h("div", { class: "head" }, h1, verdict(ctx, doc)),
    h("div", { class: "tools" }, box, chips(state, draw), reports(ctx)),
    h("div", { class: "two" }, h("div", { class: "listpane" }, h("div", { class: "listhead" }, shown, same), h("div", { class: "listscroll" }, list, state.list.end)), detail));
  draw();
  return page;
}
