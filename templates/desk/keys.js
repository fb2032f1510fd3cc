// Keys: single ones only where nobody is typing, and they can be switched off (WCAG 2.1.4).

import { h, button } from "./dom.js";
import { t } from "./i18n.js";
import { modal } from "./modal.js";

const SECTIONS = ["periods", "ledger", "fix", "findings", "drafts", "outbox", "archive"];

const typing = (target) => target.closest?.("input, textarea, select, [contenteditable]") !== null && !["checkbox", "radio", "button"].includes(target.type);

let toggle = null;

export function keys(state, go, switched) {
  toggle = switched;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape" && event.target.matches?.("input[type=search]") && !event.target.value) event.target.blur();
    if (typing(event.target) || !state().keys) return;
    const section = SECTIONS[Number(event.key) - 1];
    if (event.key !== "0" && section && /^[1-7]$/.test(event.key)) go(section);
    else if (event.key === "/") document.querySelector("#main [data-filter]")?.focus();
    else if (event.key === "?") document.querySelector("#bar .help")?.click();
    else if (!document.dispatchEvent(new CustomEvent("desk:key", { detail: event.key, cancelable: true }))) event.preventDefault();
    else return;
    event.preventDefault();
  });
}

const row = (keys, what) => [h("dt", {}, keys.map((k) => h("kbd", {}, k))), h("dd", {}, what)];

export function help(ctx) {
  const box = modal(t("help.title"), (close) => {
    const on = h("input", { type: "checkbox", checked: ctx.keys, onchange: () => { close(); toggle(on.checked); } });
    return [
      h("dl", { class: "keys" },
        row(["?"], t("help.help")),
        row(["1", "…", "7"], t("help.sections")),
        row(["/"], t("help.filter")),
        row(["j", "k"], t("help.move")),
        row(["x"], t("help.mark")),
        row(["d"], t("help.decide")),
        row(["Esc"], t("help.leave"))),
      h("p", {}, h("label", { class: "check" }, on, t("help.switch"))),
      h("p", { class: "hint" }, t("help.about", { version: ctx.desk.version })),
      h("div", { class: "actions" }, button(t("close"), close)),
    ];
  });
  return box;
}
