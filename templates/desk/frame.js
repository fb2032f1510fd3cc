// The bar above (whose books, which month, language, help) and the rail: the month as a line
// of stations, each with what is done and what waits there.

import { h, button, name, sign, SIGNS } from "./dom.js";
import { t, month } from "./i18n.js";
import { count } from "./money.js";
import { listed, open } from "./periods.js";
import { help } from "./keys.js";

export const STATIONS = ["periods", "ledger", "fix", "findings", "drafts", "outbox", "archive"];

function logo() {
  return h("img", { src: "/assets/icon.svg", alt: "", width: "24", height: "24" });
}

function choice(label, options, chosen, changed) {
  const select = h("select", { "aria-label": label, onchange: () => changed(select.value) },
    options.map(([value, text]) => h("option", { value, selected: value === String(chosen) }, text)));
  return select;
}

/** Draws into a place and gives the focus back to what had it, by its key. */
function redraw(into, ...children) {
  const key = into.contains(document.activeElement) ? document.activeElement.dataset.key ?? document.activeElement.getAttribute("aria-label") : null;
  into.replaceChildren(...children.filter(Boolean));
  if (!key) return;
  for (const element of into.querySelectorAll("a, button, select")) {
    if (element.dataset.key === key || element.getAttribute("aria-label") === key) element.focus();
  }
}

export function bar(ctx) {
  const books = ctx.desk.books;
  const whose = books.length > 1
    ? choice(t("books"), books.map((b) => [String(b.id), b.seller ? `${b.seller} · ${b.folder}` : b.folder]), ctx.book, (id) => ctx.go("periods", { book: Number(id), period: null }))
    : h("span", { class: "whose" }, name(ctx.entry.seller ?? ctx.entry.folder));
  const periods = ctx.entry.new ? null : choice(t("period"), listed(ctx).map((p) => [p, month(p)]), ctx.period, (period) => ctx.go(ctx.section === "archive" ? "periods" : ctx.section, { period }));
  const other = ctx.lang === "en" ? ["hi", "हिन्दी"] : ["en", "English"];
  const language = h("a", { href: ctx.href(ctx.section, { arg: ctx.arg, lang: other[0] }), lang: other[0], hreflang: other[0], class: "language", "data-key": "language" }, other[1]);
  const brand = h("a", { href: ctx.href("periods"), class: "brand", "data-key": "brand" }, logo(), h("span", {}, "crossfoot"));
  document.getElementById("bar").setAttribute("aria-label", t("desk"));
  redraw(document.getElementById("bar"), brand, whose, h("span", { class: "gap" }), periods, language,
    button("?", () => help(ctx), { class: "help", "aria-label": t("help.open"), "data-key": "help" }));
}

/** What stands at a station: done, or how many wait. */
function standing(section, p) {
  if (!p) return {};
  if (section === "ledger") return { done: p.reconciled };
  if (section === "findings") return open(p) ? { waits: open(p) } : { done: p.reconciled };
  if (section === "drafts") return { done: p.issued > 0, waits: p.proposed ? 1 : 0 };
  if (section === "outbox") {
    const left = p.not_mailed ?? Math.max(0, p.issued - p.sent - p.void);
    return left ? { waits: left } : { done: p.issued > 0 };
  }
  return {};
}

export function rail(ctx) {
  const nav = document.getElementById("rail");
  nav.setAttribute("aria-label", t("sections"));
  if (ctx.entry.new) return nav.replaceChildren();
  const list = h("ol", {}, STATIONS.map((section) => {
    const { done, waits } = standing(section, ctx.here);
    const badge = waits ? h("span", { class: "waits" }, h("span", { class: "unseen" }, `${t("waiting")} `), count(waits, ctx.currency)) : null;
    const station = h("span", { class: `station ${done ? "done" : waits ? "open" : ""}` }, done ? sign(SIGNS.yes) : null);
    return h("li", {}, h("a", { href: ctx.href(section), "aria-current": section === ctx.section ? "page" : null, "data-key": section },
      station, h("span", { class: "label" }, t(`nav.${section}`)), done ? h("span", { class: "unseen" }, ` (${t("done")})`) : null, badge));
  }));
  redraw(nav, list);
}
