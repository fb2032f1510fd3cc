// A decision: what is billed all the same, what that comes to, why and by whom. Nothing is
// written before its consequence was shown.

import { post } from "./api.js";
import { fill, h, button, copyable, field, mark, name, told, unique } from "./dom.js";
import { t, known } from "./i18n.js";
import { count, isAmount, money, sum } from "./money.js";

/** Who decided last, while the page is open. */
let lastBy = "";

const quoted = (text) => (/^[\w.:/@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** What would be typed for the same. */
export function typed(ctx, findings, choice, reason, by, confirm) {
  const tail = [`--reason ${quoted(reason || "…")}`, `--by ${quoted(by || "…")}`].join(" ");
  if (choice.none) return `crossfoot resolve --period ${ctx.period} --do-not-bill ${quoted(choice.none)} ${tail}`;
  const what = choice.bill ? `--bill ${quoted(choice.bill)}` : choice.hold ? "--hold" : "--accept";
  return `crossfoot resolve --period ${ctx.period} ${what}${confirm ? " --confirm" : ""} ${tail} ${findings.map((f) => quoted(f.id)).join(" ")}`;
}

function part(label, amount, currency, kind) {
  return h("tr", { class: kind }, h("td", {}, label), h("td", { class: "num" }, money(amount, currency)));
}

function consequence(c, currency, names) {
  const who = h("strong", {}, name(names.get(c.customer_id) ?? c.customer_id));
  if (!c.document) return h("li", {}, who, h("p", {}, told(c.why)));
  return h("li", {}, h("p", {}, who, " · ", t(known(`document.${c.document}`) ? `document.${c.document}` : "document.invoice")),
    h("table", { class: "sum" }, h("tbody", {}, c.lines.map((l) => part(name(l.description), l.amount, currency)), c.taxes.map((l) => part(name(l.description), l.amount, currency, "tax")), part(t("total"), c.total, currency, "total"))));
}

function consequences(list, currency, names) {
  const billed = list.filter((c) => c.document);
  const whole = list.length > 1 ? h("p", { class: "whole" }, t("decide.together", { n: count(billed.length), count: billed.length, total: money(sum(billed.map((c) => c.total)), currency) })) : null;
  return [whole, h("ul", { class: "consequences" }, list.slice(0, 20).map((c) => consequence(c, currency, names))), list.length > 20 ? h("p", { class: "hint" }, t("decide.others", { n: count(list.length - 20) })) : null];
}

function choices(findings, currency) {
  const one = findings.length === 1 ? findings[0] : null;
  const list = [
    ["analytics", { bill: "analytics" }, one ? t("decide.analytics1", { amount: money(one.analytics, currency) }) : t("decide.analytics")],
    ["ledger", { bill: "ledger" }, one ? t("decide.ledger1", { amount: money(one.ledger, currency) }) : t("decide.ledger")],
    ["amount", { bill: "" }, t("decide.amount")],
    ["hold", { hold: true }, t("decide.hold")],
    ["accept", { accept: true }, t("decide.accept")],
  ];
  if (one?.customers?.length === 1) list.push(["none", { none: one.customers[0] }, t("decide.none")]);
  if (!one) list.splice(2, 1);
  return list.filter(([key]) => !one || !((key === "analytics" && one.analytics === null) || (key === "ledger" && one.ledger === null)));
}

/** The form for one finding or many; `state` belongs to the list. */
export function decideForm(ctx, findings, state) {
  const currency = state.doc.currency;
  const names = new Map();
  for (const f of findings) (f.customers ?? []).forEach((id, at) => names.set(id, f.names?.[at] ?? id));
  const group = unique("choice");
  let choice = null;
  let confirm = false;
  let asked = 0;
  const amount = h("input", { type: "text", inputmode: "decimal", autocomplete: "off", "aria-label": t("decide.amountis"), class: "amount", placeholder: "0.00" });
  const reason = h("textarea", { rows: "2", required: true, autocomplete: "off" });
  const by = h("input", { type: "text", required: true, autocomplete: "name", value: lastBy });
  const sure = h("input", { type: "checkbox", onchange: () => { confirm = sure.checked; command(); } });
  const surely = h("p", { class: "notice" }, h("label", { class: "check" }, sure, h("span", {}, t("decide.confirm"))));
  surely.hidden = true;
  const outcome = h("div", { class: "outcome", role: "status" }, h("p", { class: "hint" }, t("decide.choose")));
  const same = h("details", {}, h("summary", {}, t("terminal")));
  const go = h("button", { type: "submit", class: "main" }, t("decide.write"));
  const wrong = h("div", {});
  const form = h("form", { class: "decide", novalidate: true });

  const command = () => {
    const text = choice ? typed(ctx, findings, choice, reason.value, by.value, confirm) : "";
    fill(same, same.firstChild, choice ? copyable(text, t("copy"), t("copied")) : h("p", { class: "hint" }, t("decide.choose")));
  };
  const preview = async () => {
    const turn = (asked += 1);
    go.disabled = true;
    command();
    if (choice.none) {
      fill(outcome, h("p", {}, h("strong", {}, name(names.get(choice.none))), ` – ${t("decide.nothing")}`));
      go.disabled = false;
      return;
    }
    if (choice.bill === "") {
      fill(outcome, h("p", { class: "hint" }, t("decide.amountfirst")));
      return;
    }
    fill(outcome, h("p", { class: "hint" }, t("decide.computing")));
    try {
      const body = { period: ctx.period, findings: findings.map((f) => f.id), ...choice };
      const found = await post(`${ctx.book}/preview`, body, ctx.signal);
      if (turn !== asked) return;
      fill(outcome, h("h4", {}, t("decide.comesto")), ...consequences(found.consequences ?? [], currency, names).filter(Boolean));
      if (found.doubt) {
        outcome.prepend(h("p", { class: "attention" }, told(found.doubt)));
        surely.hidden = false;
      }
      go.disabled = false;
    } catch (problem) {
      if (turn !== asked || problem.name === "AbortError") return;
      fill(outcome, h("p", { class: "wrong" }, told(problem.error?.message) ?? t(`problem.${problem.code}.what`)), h("p", {}, told(problem.error?.why)), h("p", { class: "hint" }, told(problem.error?.next)));
      asksSure(problem);
      go.disabled = problem.code === "busy";
    }
  };
  const asksSure = (problem) => {
    if (!String(problem.error?.next ?? "").includes("--confirm")) return false;
    surely.hidden = false;
    return true;
  };
  let pause = 0;
  amount.addEventListener("input", () => {
    const text = amount.value.trim().replace(/,/g, "");
    const good = isAmount(text);
    if (text && !good) amount.setAttribute("aria-invalid", "true");
    else amount.removeAttribute("aria-invalid");
    choice = { bill: good ? text : "" };
    clearTimeout(pause);
    pause = setTimeout(preview, 350);
  });
  const radios = choices(findings, currency).map(([key, what, label]) => {
    const input = h("input", { type: "radio", name: group, value: key, onchange: () => {
      choice = { ...what };
      surely.hidden = true;
      if (key === "amount") {
        amount.disabled = false;
        amount.focus();
        amount.dispatchEvent(new Event("input"));
      } else {
        amount.disabled = true;
        preview();
      }
    } });
    return h("div", { class: "radio" }, h("label", { class: "check" }, input, h("span", {}, label)), key === "amount" ? amount : null);
  });
  amount.disabled = true;
  reason.addEventListener("input", command);
  by.addEventListener("input", command);

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    mark(reason, reason.value.trim() ? null : t("decide.needreason"));
    mark(by, by.value.trim() ? null : t("decide.needname"));
    if (!choice || choice.bill === "") return (form.querySelector("input:checked") ? amount : form.querySelector("input[type=radio]")).focus();
    if (!reason.value.trim()) return reason.focus();
    if (!by.value.trim()) return by.focus();
    lastBy = by.value.trim();
    const told = { period: ctx.period, reason: reason.value.trim(), by: lastBy };
    const body = choice.none ? { do: "do-not-bill", customer: choice.none, ...told } : { do: "decide", findings: findings.map((f) => f.id), ...choice, ...told, ...(confirm ? { confirm: true } : {}) };
    const done = await ctx.perform(body, t("run.decide", { n: count(findings.length), count: findings.length }), asksSure);
    if (!surely.hidden && !done) return sure.focus();
    if (!done) return undefined;
    await ctx.refresh();
    return document.querySelector('.findings [tabindex="0"]')?.focus();
  });
  form.append(h("h3", {}, findings.length > 1 ? t("decide.titlemany") : findings[0].decision ? t("decide.again") : t("decide.title")),
    h("fieldset", {}, h("legend", { class: "unseen" }, t("decide.what")), radios), outcome,
    h("div", { class: "fields" }, field(t("decide.reason"), reason, { hint: t("decide.reasonhint"), wide: true }), field(t("decide.by"), by)),
    surely, wrong, h("div", { class: "actions" }, go, button(t("cancel"), () => { form.reset(); choice = null; fill(outcome, h("p", { class: "hint" }, t("decide.choose"))); command(); }, { class: "quiet" })), same);
  command();
  return form;
}
