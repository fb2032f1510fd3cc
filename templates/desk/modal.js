// A dialog of the browser's own: it keeps the focus inside and gives it back.

import { h, button, unique } from "./dom.js";
import { t } from "./i18n.js";

/** Shows a dialog; `inside(close)` gives what is in it. */
export function modal(title, inside, { wide } = {}) {
  const id = unique("dialog");
  const dialog = h("dialog", { "aria-labelledby": id, class: wide ? "wide" : null });
  const close = () => dialog.close();
  dialog.append(h("div", { class: "dialoghead" }, h("h2", { id }, title), button("×", close, { class: "cross", "aria-label": t("close") })), ...[inside(close)].flat().filter(Boolean));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector("form :is(input, textarea, select):not([readonly])")?.focus();
  return { dialog, close };
}
