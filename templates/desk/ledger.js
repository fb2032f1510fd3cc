// The ledger: drop the export, see how it reads, keep it for the month.

import { get, upload } from "./api.js";
import { fill, h, button, name, sign, table, SIGNS } from "./dom.js";
import { t, known, month, day } from "./i18n.js";
import { bare, count, money } from "./money.js";
import { chunks, filterBox, filtered } from "./chunks.js";
import { modal } from "./modal.js";
import { problemPanel } from "./problem.js";

const fact = (label, value) => (value === null || value === undefined || value === "" ? null : [h("dt", {}, label), h("dd", {}, value)]);

function how(doc) {
  return h("dl", { class: "facts along" },
    fact(t("ledger.format"), doc.format), fact(t("ledger.sheet"), doc.sheet ? name(doc.sheet) : null), fact(t("ledger.header"), doc.header_line ? t("ledger.headerline", { n: doc.header_line }) : null),
    fact(t("ledger.dates"), doc.date_order ? t(known(`ledger.order.${doc.date_order}`) ? `ledger.order.${doc.date_order}` : "ledger.asread", { order: doc.date_order }) : null),
    fact(t("ledger.encoding"), doc.encoding), fact(t("ledger.currency"), doc.currency));
}

function rowsOf(doc) {
  const r = doc.ledger_rows;
  const tile = (key, kind) => h("div", { class: kind && r[key] ? kind : null }, h("dt", {}, t(`rows.${key}`)), h("dd", {}, count(r[key], doc.currency)));
  return h("dl", { class: "figures small" }, tile("read"), tile("used"), tile("outside_period"), tile("excluded"), tile("rejected", "apart"),
    h("div", {}, h("dt", {}, t("direction.inbound")), h("dd", {}, money(doc.totals?.inbound, doc.currency))),
    h("div", {}, h("dt", {}, t("direction.outbound")), h("dd", {}, money(doc.totals?.outbound, doc.currency))),
    h("div", {}, h("dt", {}, t("direction.other")), h("dd", {}, money(doc.totals?.other, doc.currency))));
}

function listed(title, items, columns, textOf) {
  if (!items?.length) return null;
  const { element, body, line } = table(title, columns, []);
  const list = chunks(body, line, 60);
  element.classList.add("tall");
  element.append(list.end);
  const { draw, shown } = filtered(list, items, textOf);
  return h("section", {}, h("h3", {}, title), items.length > 12 ? h("div", { class: "tools" }, filterBox(t("filter"), draw), shown) : null, element);
}

function customers(doc) {
  const unknown = new Set((doc.unmatched ?? []).map((c) => c.name));
  const whose = (c) => {
    if (unknown.has(c.name) || !c.customer_id) return h("span", { class: "attention" }, t("ledger.unmatched"));
    return c.customer_id === c.name ? t("ledger.known") : h("code", {}, c.customer_id);
  };
  return listed(t("ledger.customers"), doc.customers, [
    { label: t("col.ledgername"), cell: (c) => name(c.name ?? "") },
    { label: t("col.customer"), cell: whose },
    ...["inbound", "outbound", "other"].map((d) => ({ label: t(`direction.${d}`), num: true, cell: (c) => bare(c[d], doc.currency) })),
  ], (c) => `${c.name} ${c.customer_id} ${c.inbound} ${c.outbound} ${c.other}`);
}

function rows(doc) {
  return listed(t("ledger.rows"), doc.rows, [
    { label: t("col.row"), num: true, cell: (r) => count(r.row, doc.currency) },
    { label: t("col.date"), cell: (r) => day(r.date) },
    { label: t("col.number"), cell: (r) => name(r.number ?? "") },
    { label: t("col.party"), cell: (r) => name(r.party ?? "") },
    { label: t("col.account"), cell: (r) => name(r.account ?? "") },
    { label: t("col.direction"), cell: (r) => (r.direction ? t(`direction.${r.direction}`) : "") },
    { label: t("col.amount"), num: true, cell: (r) => bare(r.amount, doc.currency) },
  ], (r) => Object.values(r).join(" "));
}

function warnings(doc) {
  const items = [...(doc.findings ?? []).map((f) => f.message ?? f.code), ...(doc.set_aside ?? []).map((s) => (typeof s === "string" ? s : [s.account ?? s.voucher_type, s.why ?? s.reason, s.rows ? t("ledger.nrows", { n: s.rows, count: s.rows }) : null].filter(Boolean).join(" · ")))];
  if (!items.length) return null;
  return h("div", { class: "notice" }, h("h3", {}, t("ledger.notice")), h("ul", {}, items.slice(0, 30).map((i) => h("li", {}, i))));
}

/** How a file reads: facts, rows, sums, and what of it did not count. */
function reading(ctx, doc) {
  const unmatched = doc.unmatched?.length ?? (doc.customers ?? []).filter((c) => !c.customer_id).length;
  const untold = doc.accounts?.length > 0 && !doc.accounts.some((a) => ["inbound", "outbound"].includes(a.role));
  return [rowsOf(doc), how(doc),
    unmatched || untold ? h("p", { class: "notice" }, unmatched ? t("ledger.unmatchedn", { n: count(unmatched), count: unmatched }) : "", " ", untold ? t("ledger.nousage") : "", " ", h("a", { href: ctx.href("fix") }, t("ledger.tofix"))) : null,
    warnings(doc), customers(doc), rows(doc)];
}

function replaceQuestion(keep) {
  modal(t("ledger.replacetitle"), (close) => [h("p", {}, t("ledger.replace")),
    h("div", { class: "actions" }, button(t("ledger.doreplace"), () => { close(); keep(true); }, { class: "main" }), button(t("cancel"), close, { class: "quiet" }))]);
}

/** An error about a dropped file names it as it was called, not where it lay meanwhile. */
function called(problem, file) {
  for (const [key, text] of Object.entries(problem.error ?? {})) {
    if (typeof text === "string") problem.error[key] = text.replace(/[^\s,]*[/\\]desk-[^/\\\s]+[/\\]ledger-[\w.-]+/g, file.name);
  }
  return problem;
}

function dropzone(ctx, into) {
  const input = h("input", { type: "file", class: "unseen", id: "ledger-file", accept: ".csv,.tsv,.txt,.xlsx,.xlsm,.xls,.ods,.xml,.gz,.zst,.parquet" });
  const zone = h("div", { class: "drop" }, sign(SIGNS.drop), h("p", {}, h("label", { for: "ledger-file", class: "button main" }, t("ledger.choose")), " ", h("span", {}, t("ledger.ordrop"))), input, h("p", { class: "hint" }, t("ledger.any")));
  const take = async (file) => {
    if (!file) return;
    fill(into, h("p", { class: "hint", role: "status" }, t("ledger.readingfile", { file: file.name })));
    try {
      const doc = await upload(`${ctx.book}/ledger`, { period: ctx.period, name: file.name }, file);
      proposed(ctx, into, file, doc);
    } catch (problem) {
      fill(into, problemPanel(called(problem, file)));
    }
    input.value = "";
  };
  input.addEventListener("change", () => take(input.files[0]));
  zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.classList.add("over"); });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    take(event.dataTransfer.files[0]);
  });
  return zone;
}

function proposed(ctx, into, file, doc) {
  const keep = async (replace = false) => {
    press.disabled = true;
    try {
      await upload(`${ctx.book}/ledger`, { period: ctx.period, name: file.name, keep: 1, replace: replace ? 1 : null }, file);
      ctx.refresh();
    } catch (problem) {
      press.disabled = false;
      if (problem.code === "ledger-exists" && !replace) replaceQuestion(keep);
      else into.prepend(problemPanel(called(problem, file)));
    }
  };
  const press = button(t("ledger.keep", { month: month(ctx.period) }), () => keep(), { class: "main" });
  fill(into, h("section", { class: "sheet" }, h("h2", { tabindex: "-1", class: "readas" }, t("ledger.reads"), " ", name(file.name)), h("p", { class: "hint" }, t("ledger.notyet")), h("div", { class: "actions" }, press, button(t("cancel"), () => ctx.refresh(), { class: "quiet" })), reading(ctx, doc)));
  into.querySelector(".readas").focus();
}

/** Where the month has a file a branch: which of them is shown. */
function files(ctx, doc) {
  if (!(doc.files?.length > 1)) return null;
  return h("nav", { class: "chips", "aria-label": t("ledger.files") }, doc.files.map((file) => h("a", { class: "button", href: ctx.href("ledger", { arg: file }), "aria-current": file === doc.file ? "true" : null }, name(file.split("/").pop()))));
}

export async function show(ctx) {
  const into = h("div", {});
  let doc = null;
  let failed = null;
  try {
    doc = await get(`${ctx.book}/ledger`, { period: ctx.period, file: ctx.arg }, ctx.signal);
  } catch (problem) {
    if (problem.name === "AbortError") throw problem;
    if (problem.code !== "no-ledger") failed = problem;
  }
  performance.mark("desk:data");
  if (failed) into.append(problemPanel(failed));
  if (doc) fill(into, h("section", { class: "sheet" }, h("h2", {}, t("ledger.kept"), " ", h("code", {}, doc.file ?? "")), files(ctx, doc), reading(ctx, doc),
    ctx.here?.reconciled ? null : h("div", { class: "actions" }, h("a", { class: "button main", href: ctx.href("periods") }, t("ledger.onward")))));
  return h("div", { class: "page" }, h("h1", {}, t("nav.ledger"), " ", h("span", { class: "of" }, month(ctx.period))),
    h("p", { class: "lead" }, t("ledger.lead")), dropzone(ctx, into), into);
}
