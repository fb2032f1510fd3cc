// One customer's row of customers.csv, with the checks beside what they are about.

import { post } from "./api.js";
import { fill, h, button, field, mark } from "./dom.js";
import { t, known } from "./i18n.js";
import { modal } from "./modal.js";
import { problemPanel } from "./problem.js";

const FIRST = ["customer_id", "gstin", "legal_name", "address", "city", "pin", "state", "state_code", "country", "email", "cc", "code", "aliases"];

const label = (column) => (known(`field.${column}`) ? t(`field.${column}`) : column.replaceAll("_", " "));

/** Opens the row, or an empty one. */
export function edit(ctx, doc, customer) {
  const columns = [...FIRST.filter((c) => doc.header.includes(c) || ["customer_id", "legal_name", "gstin", "email"].includes(c)), ...doc.header.filter((c) => !FIRST.includes(c))];
  const controls = new Map();
  const told = h("div", {});
  const states = h("datalist", { id: "states" }, (doc.states ?? []).map((s) => h("option", { value: s.name }, `${s.code} ${s.name}`)));
  const fields = columns.map((column) => {
    const control = h("input", { type: "text", autocomplete: "off", value: customer?.[column] ?? "", list: column === "state" ? "states" : null, spellcheck: "false" });
    if (column === "customer_id" && customer) control.setAttribute("readonly", "");
    controls.set(column, control);
    const check = customer?.checks?.find((c) => c.field === column);
    const made = field(label(column), control, { error: check?.message, wide: ["address", "aliases", "legal_name"].includes(column) });
    if (check) control.setAttribute("aria-invalid", "true");
    return made;
  });
  const state = controls.get("state");
  state?.addEventListener("change", () => {
    const found = doc.states?.find((s) => s.name === state.value);
    if (found && controls.has("state_code")) controls.get("state_code").value = found.code;
  });
  modal(customer ? customer.legal_name || customer.customer_id : t("fix.new"), (close) => {
    const press = h("button", { type: "submit", class: "main" }, t("fix.save"));
    const form = h("form", { novalidate: true }, told, h("div", { class: "fields" }, fields, states), h("div", { class: "actions" }, press, button(t("cancel"), close, { class: "quiet" })));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const changed = {};
      for (const [column, control] of controls) {
        mark(control, null);
        if (column !== "customer_id" && control.value.trim() !== (customer?.[column] ?? "")) changed[column] = control.value.trim();
      }
      press.disabled = true;
      try {
        await post(`${ctx.book}/customer`, { customer_id: controls.get("customer_id").value.trim(), fields: changed });
        close();
        ctx.refresh();
      } catch (problem) {
        press.disabled = false;
        let first = null;
        for (const also of problem.error?.also ?? []) {
          const control = controls.get(also.field);
          if (control) mark(control, also.message);
          first ??= control;
        }
        // What stands beside its field need not be said twice.
        if (problem.error) problem.error.also = (problem.error.also ?? []).filter((also) => !controls.has(also.field));
        fill(told, problemPanel(problem));
        (first ?? told.firstChild).focus();
      }
    });
    return form;
  }, { wide: true });
}
