// Drafts: what would be issued, each document as it looks, what is unusual; and issuing it,
// after a summary, alone or as the first or the second of two people.

import { fileAt, get } from "./api.js";
import { h, button, copyable, name, table, told } from "./dom.js";
import { t, known, month } from "./i18n.js";
import { bare, count, isZero, money } from "./money.js";
import { chunks, filterBox, filtered } from "./chunks.js";
import { modal } from "./modal.js";
import { nothing } from "./problem.js";
import { thumb } from "./thumbs.js";

const kind = (k) => t(known(`document.${k}`) ? `document.${k}` : "document.invoice");
const notes = (docs) => docs.filter((d) => /note/.test(d.kind ?? d.document ?? ""));

async function draft(ctx) {
  const done = await ctx.perform({ do: "draft", period: ctx.period }, t("run.draft", { month: month(ctx.period) }));
  if (done) ctx.refresh();
}

function card(ctx, d) {
  const label = `${kind(d.kind)}: ${d.name ?? d.customer_id}`;
  return h("li", { class: "doc" }, h("a", { href: fileAt(ctx.book, d.pdf), target: "_blank", rel: "noopener", "aria-label": `${label}, ${t("opens")}` }, thumb(ctx.book, d.pdf)),
    h("p", { class: "who" }, name(d.name ?? d.customer_id)),
    h("p", { class: "amount" }, money(d.total, d.currency ?? ctx.currency)),
    h("p", { class: "hint" }, kind(d.kind), d.number ? ` · ${d.number}` : "", isZero(d.tax) ? "" : ` · ${t("drafts.taxround")} ${money(d.tax, d.currency ?? ctx.currency)}`),
    d.warnings?.length ? h("ul", { class: "warnings" }, d.warnings.map((w) => h("li", {}, told(w.message ?? w)))) : null);
}

function tiles(ctx, doc, s) {
  const tile = (label, value, kindOf) => h("div", { class: kindOf ?? null }, h("dt", {}, label), h("dd", {}, value));
  return h("dl", { class: "figures small" },
    tile(t("drafts.documents"), count(doc.documents.length, ctx.currency)), tile(t("drafts.taxable"), money(s.taxable, s.currency)), tile(t("drafts.tax"), money(s.tax, s.currency)), tile(t("total"), money(s.total, s.currency)),
    tile(t("drafts.notes"), count(notes(doc.documents).length, ctx.currency)), tile(t("drafts.held"), count(held(s).length, ctx.currency), held(s).length ? "apart" : null), tile(t("drafts.notbilled"), count(s.not_billed?.length ?? 0, ctx.currency)));
}

function people(ctx, title, list, more) {
  if (!list?.length) return null;
  return h("details", { class: "told" }, h("summary", {}, title, " ", h("span", { class: "n" }, count(list.length, ctx.currency))), h("ul", {}, list.slice(0, 200).map((c) => h("li", {}, h("code", {}, c.customer_id ?? c), " ", c.name ? name(c.name) : null, c.why ? h("span", { class: "hint" }, " ", told(c.why)) : null))), more);
}

function lacks(ctx, s) {
  if (!s.will_lack?.length) return null;
  return h("section", { class: "notice" }, h("h2", {}, t("drafts.lack")), h("ul", {}, s.will_lack.map((l) => h("li", {}, h("strong", {}, told(l.what)), h("span", { class: "hint" }, ` ${t("drafts.lackin", { n: count(l.customers.length), count: l.customers.length, where: l.written_in })}`)))));
}

function changes(ctx, doc, s) {
  if (!s.compared_with) return null;
  const names = new Map(doc.documents.map((d) => [d.customer_id, d.name]));
  const title = t("drafts.compared", { month: month(s.compared_with) });
  const how = (c) => (c.percent ? `${c.percent.startsWith("-") ? "\u2212" : "+"}${c.percent.replace("-", "")} %` : t(`change.${c.change}`));
  const columns = [
    { label: t("col.customer"), cell: (c) => (names.has(c.customer_id) ? [name(names.get(c.customer_id)), h("small", {}, h("code", {}, c.customer_id))] : h("code", {}, c.customer_id)) },
    { label: month(s.compared_with), num: true, cell: (c) => bare(c.was, s.currency) },
    { label: month(ctx.period), num: true, cell: (c) => bare(c.now, s.currency) },
    { label: t("drafts.change"), num: true, cell: how },
  ];
  return h("section", {}, h("h2", {}, title), s.changes?.length ? table(title, columns, s.changes.slice(0, 500)).element : h("p", { class: "hint" }, t("drafts.nochange")));
}

/** Held: not invoiced, other than by a decision not to bill. */
function held(s) {
  const decided = new Set((s.not_billed ?? []).map((c) => c.customer_id));
  return (s.not_invoiced ?? []).filter((c) => !decided.has(c.customer_id));
}

function summary(ctx, doc, s, does) {
  const n = doc.documents.length;
  return [
    h("p", { class: "whole" }, t("issue.whole", { n: count(n, ctx.currency), count: n, total: money(s.total, s.currency), tax: money(s.tax, s.currency) })),
    h("ul", { class: "plain" },
      h("li", {}, t("issue.notes", { n: count(notes(doc.documents).length), count: notes(doc.documents).length })),
      h("li", {}, t("issue.held", { n: count(held(s).length), count: held(s).length })),
      h("li", {}, t("issue.notbilled", { n: count(s.not_billed?.length ?? 0), count: s.not_billed?.length ?? 0 })),
      (s.would_ask ?? []).map((w) => h("li", { class: "attention" }, told(w)))),
    h("p", {}, t(`issue.${does}`)),
  ];
}

function issue(ctx, doc, s, does) {
  modal(t(`issue.title.${does}`, { month: month(ctx.period) }), (close) => {
    const date = h("input", { type: "date", id: "issue-date", max: ctx.desk.today });
    const line = () => `crossfoot ${does === "approve" ? "approve" : "close"} --yes --period ${ctx.period}${date.value ? ` --date ${date.value}` : ""}`;
    const same = h("details", {}, h("summary", {}, t("terminal")), copyable(line(), t("copy"), t("copied")));
    date.addEventListener("change", () => same.replaceChildren(same.firstChild, copyable(line(), t("copy"), t("copied"))));
    const go = button(t(`issue.do.${does}`, { n: count(doc.documents.length), count: doc.documents.length }), async () => {
      close();
      const done = await ctx.perform({ do: does === "approve" ? "approve" : "close", period: ctx.period, ...(date.value ? { date: date.value } : {}) }, t(`run.${does}`, { month: month(ctx.period) }));
      if (done?.document?.sealed) ctx.go("outbox");
      else if (done) ctx.refresh();
    }, { class: "main" });
    return [summary(ctx, doc, s, does), h("p", { class: "field" }, h("label", { for: "issue-date" }, t("issue.date")), date), same, h("div", { class: "actions" }, go, button(t("cancel"), close, { class: "quiet" }))].flat();
  });
}

function proposal(ctx, doc, s, found) {
  if (!found) return null;
  return h("section", { class: `notice ${found.valid ? "" : "bad"}` }, h("h2", {}, t("proposal.title")), h("p", {}, t("proposal.by"), " ", h("strong", {}, name(found.by ?? t("proposal.nobody")))),
    found.valid ? h("p", {}, t("proposal.read")) : h("p", {}, t("proposal.broken"), " ", found.why ?? ""),
    h("div", { class: "actions" }, found.valid ? button(t("proposal.approve"), () => issue(ctx, doc, s, "approve"), { class: "main" }) : null));
}

function documents(ctx, doc) {
  const list = h("ul", { class: "docs", "aria-label": t("drafts.documents") });
  const some = chunks(list, (d) => card(ctx, d), 30);
  const { draw, shown } = filtered(some, doc.documents, (d) => `${d.name} ${d.customer_id} ${d.total} ${d.number ?? ""} ${(d.warnings ?? []).map((w) => w.message ?? w).join(" ")}`);
  return h("section", {}, h("h2", {}, t("drafts.documents")), h("div", { class: "tools" }, filterBox(t("drafts.filter"), draw), shown), list, some.end);
}

export async function show(ctx) {
  const title = h("h1", {}, t("nav.drafts"), " ", h("span", { class: "of" }, month(ctx.period)));
  let doc = null;
  try {
    doc = await get(`${ctx.book}/drafts`, { period: ctx.period }, ctx.signal);
  } catch (problem) {
    if (problem.status !== 404) throw problem;
  }
  // One may also be asked for where [audit] approve_above says so.
  const found = await get(`${ctx.book}/proposal`, { period: ctx.period }, ctx.signal).catch(() => null);
  performance.mark("desk:data");
  const again = button(t(doc ? "drafts.again" : "drafts.make"), () => draft(ctx), { class: doc && !doc.stale ? null : "main" });
  const s = doc?.summary;
  if (!s) return h("div", { class: "page" }, title, h("p", { class: "lead" }, t("drafts.lead")), ctx.here?.issued && !ctx.here.held ? nothing(t("drafts.allissued", { n: count(ctx.here.issued), count: ctx.here.issued }), h("a", { class: "button main", href: ctx.href("outbox") }, t("next.send"))) : nothing(t("drafts.none"), again));
  const does = ctx.entry.approvals > 1 ? "propose" : "close";
  const press = button(t(`issue.open.${does}`), () => issue(ctx, doc, s, does), { class: doc.stale ? null : "main", disabled: !doc.documents.length || doc.stale });
  return h("div", { class: "page" }, title, doc.stale ? h("p", { class: "notice bad" }, t("drafts.stale")) : null, found ? proposal(ctx, doc, s, found) : null,
    h("section", { class: "sheet" }, tiles(ctx, doc, s), (s.would_ask ?? []).length ? h("ul", { class: "warnings" }, s.would_ask.map((w) => h("li", {}, told(w)))) : null,
      h("div", { class: "actions" }, found?.valid ? null : press, again, h("span", { class: "hint" }, s.issued_before ? t("drafts.before", { n: count(s.issued_before), count: s.issued_before }) : ""))),
    people(ctx, t("drafts.heldlist"), held(s), h("p", {}, h("a", { href: ctx.href("findings") }, t("drafts.todecide")))), people(ctx, t("drafts.notbilledlist"), s.not_billed), people(ctx, t("drafts.nothing"), s.nothing_to_bill), lacks(ctx, s), changes(ctx, doc, s), documents(ctx, doc));
}

