// A box to choose one of thousands by typing (the combobox of the ARIA practices).

import { fill, h, name, unique } from "./dom.js";
import { searcher } from "./chunks.js";
import { t } from "./i18n.js";

const SHOWN = 8;

/** `options` are `{ id, text }`; `chosen` is one of them or null. */
export function combobox(label, options) {
  const id = unique("combo");
  const search = searcher(options, (o) => `${o.text} ${o.id}`);
  const list = h("ul", { role: "listbox", id, "aria-label": label, class: "options" });
  const input = h("input", { type: "text", role: "combobox", "aria-expanded": "false", "aria-controls": id, "aria-autocomplete": "list", "aria-label": label, autocomplete: "off", spellcheck: "false", placeholder: t("fix.type") });
  list.hidden = true;
  const box = { input, chosen: null, element: h("div", { class: "combo" }, input, list) };
  let at = -1;
  let found = [];
  const open = (is) => {
    list.hidden = !is;
    input.setAttribute("aria-expanded", String(is));
    if (!is) input.removeAttribute("aria-activedescendant");
  };
  const light = (index) => {
    at = index;
    [...list.children].forEach((o, n) => o.setAttribute("aria-selected", String(n === at)));
    if (at >= 0) input.setAttribute("aria-activedescendant", `${id}-${at}`);
    else input.removeAttribute("aria-activedescendant");
  };
  const take = (option) => {
    box.chosen = option;
    input.value = option.text;
    open(false);
  };
  const draw = () => {
    found = search(input.value).slice(0, SHOWN);
    fill(list, found.map((o, n) => h("li", { role: "option", id: `${id}-${n}`, "aria-selected": "false", onmousedown: (event) => { event.preventDefault(); take(o); } }, name(o.text), h("code", {}, o.id))));
    open(found.length > 0);
    light(-1);
  };
  input.addEventListener("input", () => {
    box.chosen = null;
    draw();
  });
  input.addEventListener("blur", () => open(false));
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) draw();
      const step = event.key === "ArrowDown" ? 1 : -1;
      light((at + step + found.length) % Math.max(1, found.length));
    } else if (event.key === "Enter" && !list.hidden && at >= 0) {
      event.preventDefault();
      take(found[at]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      event.preventDefault();
      open(false);
    }
  });
  return box;
}
