// The archive: every document over all months; open, print, pack; and verify, with its verdict.

import { fileAt, get } from "./api.js";
import { fill, h, button, copyable, field, mark, name, sign, table, told, SIGNS } from "./dom.js";
import { t, known, month, day, moment } from "./i18n.js";
import { bare, count, money } from "./money.js";
import { modal } from "./modal.js";
import { problemPanel } from "./problem.js";

const PAGE = 50;

function print(url) {
  const shown = window.open(url, "_blank");
  shown?.addEventListener("load", () => shown.print());
}

function voiding(ctx, d) {
  modal(t("archive.voidtitle", { number: d.number }), (close) => {
    const reason = h("textarea", { rows: "2", required: true });
    const by = h("input", { type: "text", required: true, autocomplete: "name" });
    const form = h("form", { novalidate: true }, h("p", {}, t("archive.voidtext")), h("div", { class: "fields" }, field(t("decide.reason"), reason, { wide: true }), field(t("decide.by"), by)), h("div", { class: "actions" }, h("button", { type: "submit", class: "danger" }, t("archive.void")), button(t("cancel"), close, { class: "quiet" })));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      mark(reason, reason.value.trim() ? null : t("decide.needreason"));
      mark(by, by.value.trim() ? null : t("decide.needname"));
      if (!reason.value.trim()) return reason.focus();
      if (!by.value.trim()) return by.focus();
      close();
      const done = await ctx.perform({ do: "void", number: d.number, reason: reason.value.trim(), by: by.value.trim() }, t("archive.void"));
      if (done) ctx.refresh();
      return undefined;
    });
    return form;
  });
}

function row(ctx, d) {
  const url = d.pdf ? fileAt(ctx.book, d.pdf) : null;
  return h("tr", {}, h("th", { scope: "row" }, url ? h("a", { href: url, target: "_blank", rel: "noopener", class: "nowrap" }, d.number) : d.number, h("small", {}, t(known(`document.${d.kind}`) ? `document.${d.kind}` : "document.invoice"))),
    h("td", { "data-label": t("col.customer") }, name(d.name ?? ""), h("small", {}, h("code", {}, d.customer_id))),
    h("td", { class: "nowrap", "data-label": t("period") }, month(d.period)), h("td", { class: "nowrap", "data-label": t("col.date") }, day(d.date)),
    h("td", { class: "num", "data-label": t("total") }, money(d.total, d.currency)),
    h("td", { "data-label": t("col.state") }, h("span", { class: `nowrap tag ${d.state === "void" ? "blocking" : /mailed|sent|delivered/.test(d.state) ? "good" : ""}` }, t(known(`state.${d.state}`) ? `state.${d.state}` : "state.sealed"))),
    h("td", { class: "act" }, url ? button(t("archive.print"), () => print(url), { class: "small", "aria-label": `${t("archive.print")}: ${d.number}` }) : null, " ", d.state !== "void" ? button(t("archive.void"), () => voiding(ctx, d), { class: "small quiet", "aria-label": `${t("archive.void")}: ${d.number}` }) : null));
}

function verdict(v) {
  const good = v.verified;
  const box = h("section", { class: `notice ${good ? "good" : "bad"} verdictbox`, tabindex: "-1" }, h("h2", {}, sign(good ? SIGNS.yes : SIGNS.no), " ", t(good ? "verify.good" : "verify.bad")),
    h("p", {}, t("verify.events", { n: count(v.events), count: v.events }), v.signatures ? ` ${t("verify.signed", { n: count(v.signatures.signed), count: v.signatures.signed })}` : ""));
  if (v.periods?.length) box.append(h("ul", { class: "plain" }, v.periods.map((p) => h("li", {}, h("strong", {}, month(p.period)), ` – ${t("verify.period", { n: count(p.invoices), count: p.invoices, files: count(p.files) })}, ${moment(p.sealed_at)}`))));
  if (v.broken?.length) box.append(h("ul", {}, v.broken.slice(0, 100).map((b) => h("li", {}, h("strong", {}, h("code", {}, b.file)), b.field ? ` ${b.field}` : "", " – ", told(b.what)))));
  if (v.broken?.length > 100) box.append(h("p", { class: "hint" }, t("decide.others", { n: count(v.broken.length - 100) })));
  if (v.chain_head) box.append(h("p", { class: "hint" }, t("verify.head")), copyable(v.chain_head, t("copy"), t("copied")));
  return box;
}

/** The return by the portal's tables, what the portal would refuse, and its files. */
function gstr1(ctx, made) {
  const columns = [{ label: t("archive.table"), cell: (r) => r.table }, { label: t("archive.entries"), num: true, cell: (r) => (r.rows == null ? "" : count(r.rows)) }, ...["taxable", "igst", "cgst", "sgst", "cess"].map((k) => ({ label: k === "taxable" ? t("drafts.taxable") : k.toUpperCase(), num: true, cell: (r) => bare(r[k], "INR") }))];
  return h("section", { class: "sheet" }, h("h2", {}, t("archive.gstr1", { month: month(made.period) })),
    table(t("archive.gstr1", { month: month(made.period) }), columns, [...made.tables, { ...made.total, table: t("total") }]).element,
    made.checks?.length ? h("ul", { class: "warnings" }, made.checks.map((c) => h("li", {}, h("strong", {}, name(c.about)), " ", told(c.what), " ", told(c.next)))) : null,
    h("p", { class: "actions" }, made.files.map((file) => h("a", { class: "button", href: fileAt(ctx.book, file), target: "_blank", rel: "noopener" }, file.split("/").pop()))));
}

function tools(ctx, into) {
  const verify = button(t("archive.verify"), async () => {
    const done = await ctx.perform({ do: "verify" }, t("run.verify"));
    if (!done?.document) return;
    fill(into, verdict(done.document));
    into.firstChild.focus();
  }, { class: "main" });
  const offer = (done, label) => {
    const link = h("a", { href: done.document.download, download: "", class: "button main" }, label);
    fill(into, h("section", { class: "notice good" }, h("p", {}, t("archive.packed")), h("p", {}, link)));
    link.focus();
  };
  const pack = button(t("archive.pack", { month: month(ctx.period) }), async () => {
    const done = await ctx.perform({ do: "pack", period: ctx.period }, t("run.pack", { month: month(ctx.period) }));
    if (done?.document?.download) offer(done, t("archive.download"));
  }, { disabled: !ctx.here?.sealed_at });
  const gstr = ctx.entry.gst ? button(t("archive.gstr1", { month: month(ctx.period) }), async () => {
    const done = await ctx.perform({ do: "gstr1", period: ctx.period }, t("archive.gstr1", { month: month(ctx.period) }));
    if (done?.document) fill(into, gstr1(ctx, done.document));
  }) : null;
  return h("div", { class: "actions" }, verify, pack, gstr);
}

export async function show(ctx) {
  const into = h("div", {});
  const body = h("tbody", {});
  const shown = h("p", { class: "hint", role: "status" });
  const input = h("input", { type: "search", class: "filter", value: ctx.arg ?? "", "aria-label": t("archive.search"), placeholder: t("archive.search"), "data-filter": true, autocomplete: "off" });
  let from = 0;
  let turn = 0;
  const more = button(t("archive.more"), () => load(false), { class: "quiet" });
  const load = async (anew) => {
    const mine = (turn += 1);
    if (anew) from = 0;
    try {
      const q = input.value.trim().replace(/[₹,]/g, "");
      const found = await get(`${ctx.book}/archive`, { q, from, limit: PAGE }, ctx.signal);
      if (mine !== turn) return;
      if (anew) body.replaceChildren();
      body.append(...found.documents.map((d) => row(ctx, d)));
      from += found.documents.length;
      more.hidden = from >= found.total;
      shown.textContent = t("shown", { n: count(from), all: count(found.total) });
    } catch (problem) {
      if (problem.name === "AbortError" || mine !== turn) return;
      fill(into, problemPanel(problem));
    }
  };
  let pause = 0;
  input.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(() => {
      ctx.note({ arg: input.value.trim() || null });
      load(true);
    }, 150);
  });
  await load(true);
  performance.mark("desk:data");
  const heads = [["col.document"], ["col.customer"], ["period"], ["col.date"], ["total", "num"], ["col.state"], ["col.do"]];
  return h("div", { class: "page" }, h("h1", {}, t("nav.archive")), h("p", { class: "lead" }, t("archive.lead")), tools(ctx, into), into, h("div", { class: "tools" }, input, shown),
    h("div", { class: "scroll", role: "group", "aria-label": t("nav.archive"), tabindex: "0" }, h("table", { class: "cards" }, h("caption", { class: "unseen" }, t("nav.archive")), h("thead", {}, h("tr", {}, heads.map(([key, c]) => h("th", { scope: "col", class: c ?? null }, t(key))))), body)), h("div", { class: "actions" }, more));
}
