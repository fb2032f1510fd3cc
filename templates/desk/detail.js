// One finding beside its figures, vouchers and evidence, or several chosen together.

import { get } from "./api.js";
import { fill, h, button, name, table, told } from "./dom.js";
import { t, known, day } from "./i18n.js";
import { bare, count, isZero, money, negate, signed, sum } from "./money.js";
import { chunks } from "./chunks.js";
import { decideForm } from "./decide.js";

/** A code in words: `amount-difference` → "Amount differs". */
export const titled = (code) => (known(`code.${code}`) ? t(`code.${code}`) : code.replaceAll("-", " ").replace(/^./, (c) => c.toUpperCase()));

/** Whom a finding is about. */
export const who = (f) => (f.names?.length ? f.names : f.customers?.length ? f.customers : [t("findings.everybody")]);
/** How it is marked: decided, blocking, warning, info. */
export const kindOf = (f) => (f.decision ? "decided" : f.held ? "blocking" : f.severity);

/** Where what a finding names is mended, other than by a decision. */
const MENDED = { "unknown-customer": "fix", "gstin-invalid": "fix", "gst-particulars": "fix", "gstin-later": "fix", "place-assumed": "fix", "no-einvoice": "fix", "set-aside": "fix", "unknown-direction": "ledger", "invalid-row": "ledger", "hidden-rows": "ledger", "ledger-crossfoot": "ledger", "missing-day": "ledger" };

const mend = (ctx, f) => (MENDED[f.code] ? h("p", {}, h("a", { class: "button", href: ctx.href(MENDED[f.code]) }, t(`findings.mend.${MENDED[f.code]}`))) : null);

/** Asks once a finding is looked at, not while the keys go past it. */
function settled(into, ask) {
  setTimeout(() => into.isConnected && ask(), 120);
  return into;
}

/** Both sides by direction, where the finding is about one customer. */
function directions(ctx, f) {
  if (f.customers?.length !== 1) return null;
  const into = h("div", {});
  return settled(into, () => get(`${ctx.book}/customer`, { period: ctx.period, id: f.customers[0] }, ctx.signal).then((found) => {
    const row = found.customer ?? found.row ?? found;
    const [ours, theirs] = [row.ledger_by_direction, row.analytics_by_direction];
    if (!ours || !theirs) return;
    const lines = ["inbound", "outbound"].map((d) => ({ d, theirs: theirs[d], ours: ours[d], apart: sum([ours[d], negate(theirs[d] ?? "0")]) }));
    into.append(table(t("findings.directions"), [
      { label: t("col.direction"), cell: (l) => t(`direction.${l.d}`) },
      { label: t("findings.partner"), num: true, cell: (l) => bare(l.theirs, ctx.currency) },
      { label: t("findings.ledger"), num: true, cell: (l) => bare(l.ours, ctx.currency) },
      { label: t("findings.difference"), num: true, cell: (l) => (isZero(l.apart) ? "0.00" : h("strong", { class: "attention" }, bare(l.apart, ctx.currency))) },
    ], lines).element);
  }).catch(() => {}));
}

function figures(f, currency) {
  if (f.analytics === null && f.ledger === null && isZero(f.difference)) return null;
  return h("dl", { class: "figures" },
    h("div", {}, h("dt", {}, t("findings.partner")), h("dd", {}, money(f.analytics, currency))),
    h("div", {}, h("dt", {}, t("findings.ledger")), h("dd", {}, money(f.ledger, currency))),
    h("div", { class: isZero(f.difference) ? null : "apart" }, h("dt", {}, t("findings.difference")), h("dd", {}, signed(f.difference, currency))));
}

function vouchers(ctx, f) {
  const into = h("div", { class: "vouchers" }, h("p", { class: "hint" }, t("reading")));
  const columns = [
    { label: t("col.date"), cell: (v) => day(v.date) },
    { label: t("col.number"), cell: (v) => name(v.number ?? "") },
    { label: t("col.party"), cell: (v) => name(v.party ?? v.customer_id ?? "") },
    { label: t("col.account"), cell: (v) => name(v.account ?? "") },
    { label: t("col.direction"), cell: (v) => (v.direction ? t(`direction.${v.direction}`) : "") },
    { label: t("col.amount"), num: true, cell: (v) => bare(v.amount, ctx.currency) },
    { label: t("col.row"), num: true, cell: (v) => (v.row ? count(v.row, ctx.currency) : "") },
  ];
  settled(into, () => get(`${ctx.book}/vouchers`, { period: ctx.period, finding: f.id }, ctx.signal).then((found) => {
    const { element, body, line } = table(t("findings.vouchers"), columns, []);
    const list = chunks(body, line, 50);
    list.set(found.vouchers);
    element.classList.add("tall");
    element.append(list.end);
    fill(into, found.vouchers.length ? element : h("p", { class: "hint" }, t("findings.novouchers")));
    if (found.total > found.vouchers.length) into.append(h("p", { class: "hint" }, t("findings.more", { shown: count(found.vouchers.length), n: count(found.total) })));
  }).catch((problem) => {
    if (problem.name !== "AbortError") fill(into, h("p", { class: "hint" }, problem.error?.message ?? problem.message));
  }));
  return h("section", {}, h("h3", {}, t("findings.vouchers")), into);
}

function evidence(f) {
  if (!f.evidence?.length) return null;
  return h("details", { class: "evidence" }, h("summary", {}, t("findings.evidence", { n: f.evidence.length })),
    h("ul", {}, f.evidence.slice(0, 100).map((e) => h("li", {}, h("p", {}, told(e.text)), h("code", {}, e.line ? `${e.file}:${e.line}` : e.file)))));
}

function decided(f, currency) {
  const d = f.decision;
  if (!d) return null;
  return h("div", { class: "notice good" }, h("p", {}, h("strong", {}, known(`decision.${d.what}`) ? t(`decision.${d.what}`) : t("decision.bill", { amount: money(d.what, currency) }))),
    h("p", {}, name(d.reason)), h("p", { class: "hint" }, name(d.by), d.on ? `, ${day(d.on)}` : ""));
}

/** What one finding says, with its figures, its vouchers and the decision. */
export function one(ctx, state, f) {
  const names = who(f);
  return [
    h("header", { class: "detailhead" }, h("p", { class: "over" }, h("span", { class: `tag ${kindOf(f)}` }, t(`kind.${kindOf(f)}`)), " ", h("span", {}, f.rank ?? ""), f.confidence && known(`confidence.${f.confidence}`) ? ` · ${t(`confidence.${f.confidence}`)}` : ""),
      h("h2", { id: "detail-title", tabindex: "-1" }, name(names.slice(0, 3).join(", ")), names.length > 3 ? ` +${names.length - 3}` : ""),
      h("p", { class: "kind" }, titled(f.code), f.customers?.length ? [" · ", h("code", {}, f.customers.slice(0, 3).join(", "))] : null, f.direction ? ` · ${t(`direction.${f.direction}`)}` : "")),
    figures(f, state.doc.currency),
    h("div", { class: "halves" },
      h("div", { class: "half" },
        h("p", { class: "why" }, told(f.message)),
        f.next ? h("p", { class: "nextline" }, h("strong", {}, `${t("findings.do")}: `), told(f.next)) : null,
        mend(ctx, f), directions(ctx, f)),
      h("div", { class: "half" }, decided(f, state.doc.currency), f.decidable === false ? h("p", { class: "hint" }, t("decide.not")) : decideForm(ctx, [f], state)),
      h("div", { class: "half" }, vouchers(ctx, f), evidence(f),
        h("p", { class: "hint" }, t("findings.id"), " ", h("code", {}, f.id)))),
  ];
}

/** Several findings, to be decided together. */
export function many(ctx, state) {
  const chosen = state.doc.findings.filter((f) => state.marked.has(f.id));
  const rows = chosen.slice(0, 200);
  const { element } = table(t("findings.chosen", { n: chosen.length }), [
    { label: t("col.customer"), cell: (f) => name(who(f)[0]) },
    { label: t("findings.partner"), num: true, cell: (f) => bare(f.analytics, state.doc.currency) },
    { label: t("findings.ledger"), num: true, cell: (f) => bare(f.ledger, state.doc.currency) },
    { label: t("findings.difference"), num: true, cell: (f) => bare(f.difference, state.doc.currency) },
  ], rows);
  element.classList.add("tall");
  return [
    h("header", { class: "detailhead" }, h("h2", { id: "detail-title", tabindex: "-1" }, t("findings.chosen", { n: count(chosen.length), count: chosen.length })),
      button(t("findings.clear"), () => { state.marked.clear(); state.remark(); }, { class: "small" })),
    element,
    decideForm(ctx, chosen, state),
  ];
}

