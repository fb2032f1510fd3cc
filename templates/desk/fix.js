// Names and accounts: which customer a ledger name is, what an account holds, customers'
// particulars with checks, and customers that the partner has and the books lack.

import { get, post } from "./api.js";
import { fill, h, button, name, table } from "./dom.js";
import { t, month } from "./i18n.js";
import { bare, count, sum } from "./money.js";
import { chunks, filterBox, filtered } from "./chunks.js";
import { combobox } from "./combobox.js";
import { edit } from "./customer.js";
import { problemPanel } from "./problem.js";

function names(ctx, ledger, customers, told) {
  const unmatched = ledger?.unmatched ?? [];
  if (!unmatched.length) return null;
  const options = customers.map((c) => ({ id: c.customer_id, text: c.legal_name || c.customer_id }));
  const { element, body } = table(t("fix.names"), [{ label: t("col.ledgername") }, { label: t("direction.inbound"), num: true }, { label: t("direction.outbound"), num: true }, { label: t("fix.iscustomer") }], []);
  const line = (u) => {
    const pick = combobox(t("fix.whichis", { name: u.name }), options);
    const press = button(t("fix.alias"), async () => {
      if (!pick.chosen) return pick.input.focus();
      press.disabled = true;
      try {
        await post(`${ctx.book}/alias`, { customer_id: pick.chosen.id, name: u.name });
        ctx.refresh();
      } catch (problem) {
        press.disabled = false;
        fill(told, problemPanel(problem));
      }
      return undefined;
    }, { class: "small" });
    return h("tr", {}, h("th", { scope: "row" }, name(u.name)), h("td", { class: "num", "data-label": t("direction.inbound") }, bare(u.inbound, ctx.currency)), h("td", { class: "num", "data-label": t("direction.outbound") }, bare(u.outbound, ctx.currency)), h("td", { class: "act" }, h("div", { class: "pickline" }, pick.element, press)));
  };
  const list = chunks(body, line, 40);
  list.set(unmatched);
  element.append(list.end);
  element.classList.add("open");
  return h("section", { class: "sheet" }, h("h2", {}, t("fix.names"), " ", h("span", { class: "n" }, count(unmatched.length))), h("p", { class: "hint" }, t("fix.nameshint")), element);
}

/** Told ones first, then those that sound like usage, then by their name. */
const likely = (a) => (a.role ? 0 : /inbound|outbound|voice|call|usage|minute|telecom/i.test(a.account) ? 1 : 2);

function accounts(ctx, ledger, told) {
  const all = [...(ledger?.accounts ?? [])].sort((a, b) => likely(a) - likely(b));
  if (!all.length) return null;
  const picked = new Map();
  const select = (a) => h("select", { "aria-label": t("fix.roleof", { account: a.account }), onchange: (event) => {
    picked.set(a.account, event.target.value);
    save.disabled = false;
  } }, a.role ? null : h("option", { value: "" }, t("fix.untold")), ["inbound", "outbound", "other"].map((r) => h("option", { value: r, selected: (picked.get(a.account) ?? a.role) === r }, t(`direction.${r}`))));
  const { element, body, line } = table(t("fix.accounts"), [
    { label: t("col.account"), cell: (a) => name(a.account) },
    { label: t("col.entries"), num: true, cell: (a) => count(a.entries, ctx.currency) },
    { label: t("col.net"), num: true, cell: (a) => bare(a.net, ctx.currency) },
    { label: t("fix.counts"), cell: select, class: "act" },
  ], []);
  const list = chunks(body, line, 40);
  element.classList.add("tall");
  element.append(list.end);
  const { draw, shown } = filtered(list, all, (a) => `${a.account} ${a.role} ${a.net}`);
  const save = button(t("fix.saveaccounts"), async () => {
    save.disabled = true;
    try {
      await post(`${ctx.book}/accounts`, { accounts: Object.fromEntries([...picked].filter(([, role]) => role)) });
      ctx.refresh();
    } catch (problem) {
      save.disabled = false;
      fill(told, problemPanel(problem));
    }
  }, { class: "main", disabled: true });
  return h("section", { class: "sheet" }, h("h2", {}, t("fix.accounts")), h("p", { class: "hint" }, t("fix.accountshint")),
    all.length > 12 ? h("div", { class: "tools" }, filterBox(t("fix.accountfilter"), draw), shown) : null, element,
    h("div", { class: "actions" }, save, h("span", { class: "hint" }, t("fix.accountsum", { sum: bare(sum(all.map((a) => a.net)), ctx.currency) }))));
}

function particulars(ctx, doc) {
  const all = [...doc.customers].sort((a, b) => (b.checks?.length ?? 0) - (a.checks?.length ?? 0));
  const bad = all.filter((c) => c.checks?.length).length;
  const { element, body, line } = table(t("fix.customers"), [
    { label: t("col.customer"), cell: (c) => [name(c.legal_name || c.customer_id), h("small", {}, h("code", {}, c.customer_id))] },
    { label: t("field.state"), cell: (c) => name(c.state ?? "") },
    { label: "GSTIN", cell: (c) => h("code", {}, c.gstin ?? "") },
    { label: t("field.email"), cell: (c) => name(c.email ?? "") },
    { label: t("fix.checks"), cell: (c) => (c.checks?.length ? h("ul", { class: "checks" }, c.checks.map((k) => h("li", { class: "attention", lang: "en" }, k.message))) : t("fix.fine")) },
    { label: t("fix.change"), class: "act", cell: (c) => button(t("change"), () => edit(ctx, doc, c), { class: "small", "aria-label": `${t("change")}: ${c.legal_name || c.customer_id}` }) },
  ], []);
  const list = chunks(body, line, 60);
  element.append(list.end);
  element.classList.add("tall");
  const { draw, shown } = filtered(list, all, (c) => doc.header.map((k) => c[k]).join(" "));
  return h("section", { class: "sheet" }, h("h2", {}, t("fix.customers"), " ", bad ? h("span", { class: "n attention" }, t("fix.bad", { n: count(bad), count: bad })) : null),
    h("div", { class: "tools" }, filterBox(t("fix.filter"), draw), shown, button(t("fix.new"), () => edit(ctx, doc, null), { class: "small" })), element);
}

function fromPartner(ctx, empty) {
  const press = button(t("fix.takeover"), async () => {
    const done = await ctx.perform({ do: "customers-from-partner", period: ctx.period }, t("run.customers"));
    if (done) ctx.refresh();
  }, { class: empty ? "main" : null });
  return h("section", { class: empty ? "sheet" : "sheet slim" }, h("h2", {}, t("fix.partner")), h("p", { class: "hint" }, t("fix.partnerhint")), h("div", { class: "actions" }, press));
}

export async function show(ctx) {
  const [doc, ledger] = await Promise.all([
    get(`${ctx.book}/customers`, null, ctx.signal),
    get(`${ctx.book}/ledger`, { period: ctx.period }, ctx.signal).catch((problem) => {
      if (problem.name === "AbortError") throw problem;
      return null;
    }),
  ]);
  performance.mark("desk:data");
  const told = h("div", {});
  const isKnown = ledger && !ledger.unmatched?.length && (!ledger.accounts?.length || ledger.accounts.some((a) => ["inbound", "outbound"].includes(a.role)));
  return h("div", { class: "page" }, h("h1", {}, t("fix.title")), h("p", { class: "lead" }, t("fix.lead")), told,
    isKnown ? h("p", { class: "notice good" }, t("fix.allknown")) : names(ctx, ledger, doc.customers, told), accounts(ctx, ledger, told),
    doc.customers.length ? [particulars(ctx, doc), fromPartner(ctx, false)] : fromPartner(ctx, true));
}
