// Long lists: a first screenful at once, the rest as it is scrolled to. What is typed into a
// filter is looked for in text that is made once.

import { h } from "./dom.js";
import { t } from "./i18n.js";
import { count } from "./money.js";

/** Fills `into` by `render(item, index)`; `end` belongs behind it. */
export function chunks(into, render, size = 40) {
  let items = [];
  let shown = 0;
  const end = h("div", { class: "end", "aria-hidden": "true" });
  const watch = new IntersectionObserver((seen) => {
    if (seen.some((s) => s.isIntersecting)) more();
  }, { rootMargin: "800px" });
  function more(until = shown + size) {
    const to = Math.min(items.length, until);
    if (to <= shown) return;
    const batch = document.createDocumentFragment();
    for (; shown < to; shown += 1) batch.append(render(items[shown], shown));
    into.append(batch);
    watch.unobserve(end);
    if (shown < items.length) watch.observe(end);
  }
  return {
    end,
    set(list) {
      items = list;
      shown = 0;
      watch.unobserve(end);
      into.replaceChildren();
      more();
    },
    /** The element of an item, made if it was not there. */
    at(index) {
      if (index >= shown) more(index + size);
      return into.children[index] ?? null;
    },
    get items() {
      return items;
    },
  };
}

const low = (text) => String(text).toLocaleLowerCase().normalize("NFKC");

/** `filter("acme 450")` of items: all words must occur. The text is made at the first word. */
export function searcher(items, textOf) {
  let hay = null;
  return (typed) => {
    const words = low(typed).split(/\s+/).filter(Boolean).flatMap((w) => (/^[₹\d,.]*$/.test(w) ? [w.replace(/[₹,]/g, "")] : [w]));
    if (!words.length) return items;
    hay ??= items.map((item) => low(textOf(item)));
    return items.filter((_, at) => words.every((w) => hay[at].includes(w)));
  };
}

/** A list of chunks that shows what is found of its items: `draw` what is typed; `shown` says how many of how many. */
export function filtered(list, items, textOf) {
  const search = searcher(items, textOf);
  const shown = h("p", { class: "hint", role: "status" });
  const draw = (typed) => {
    const found = search(typed);
    list.set(found);
    shown.textContent = t("shown", { n: count(found.length), all: count(items.length) });
  };
  draw("");
  return { draw, shown };
}

/** A filter's input: `/` goes to it; typing calls `changed` once a frame. */
export function filterBox(label, changed, value = "") {
  const input = h("input", { type: "search", class: "filter", "aria-label": label, placeholder: label, "data-filter": true, value, autocomplete: "off", spellcheck: "false" });
  let due = 0;
  input.addEventListener("input", () => {
    cancelAnimationFrame(due);
    due = requestAnimationFrame(() => changed(input.value));
  });
  return input;
}
