// The first use: a folder without books. What is asked here can be changed in the settings.

import { post } from "./api.js";
import { h, field, mark, name } from "./dom.js";
import { t } from "./i18n.js";
import { problemPanel } from "./problem.js";

const FIELDS = [
  ["seller", { required: true, autocomplete: "organization" }],
  ["address", { autocomplete: "street-address" }],
  ["gstin", { autocomplete: "off", maxlength: "15", spellcheck: "false" }],
  ["email", { type: "email", autocomplete: "email" }],
  ["currency", { value: "INR", maxlength: "3", autocomplete: "off" }],
  ["timezone", { value: "Asia/Kolkata", autocomplete: "off" }],
  ["ledger_format", { value: "auto", autocomplete: "off" }],
  ["smtp_host", { autocomplete: "off" }],
];

export async function show(ctx) {
  const controls = new Map();
  const basis = h("select", {}, ["cost", "selling"].map((b) => h("option", { value: b }, t(`first.basis.${b}`))));
  const wrong = h("div", {});
  const parts = FIELDS.map(([key, props]) => {
    const control = h("input", { type: "text", ...props });
    controls.set(key, control);
    return field(t(`first.${key}`), control, { hint: t(`first.${key}.hint`) });
  });
  const press = h("button", { type: "submit", class: "main" }, t("first.make"));
  const form = h("form", { class: "sheet first", novalidate: true }, h("div", { class: "fields" }, parts, field(t("first.ledger_basis"), basis, { hint: t("first.ledger_basis.hint") })), wrong, h("div", { class: "actions" }, press));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const seller = controls.get("seller");
    mark(seller, seller.value.trim() ? null : t("first.needseller"));
    if (!seller.value.trim()) return seller.focus();
    const body = { ledger_basis: basis.value };
    for (const [key, control] of controls) if (control.value.trim()) body[key] = control.value.trim();
    press.disabled = true;
    try {
      await post(`${ctx.book}/init`, body);
      ctx.reload();
    } catch (problem) {
      press.disabled = false;
      wrong.replaceChildren(problemPanel(problem));
      for (const also of problem.error?.also ?? []) if (also.field && controls.has(also.field)) mark(controls.get(also.field), also.message);
      wrong.firstChild.focus();
    }
    return undefined;
  });
  return h("div", { class: "page narrow" }, h("h1", {}, t("first.title")), h("p", { class: "lead" }, t("first.lead"), " ", h("strong", {}, name(ctx.entry.folder))), form);
}
