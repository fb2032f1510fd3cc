// Elements. Every text becomes a text node, never markup, and what would hide or turn text
// around is written out, so that a hostile name is harmless and can be seen.

const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Text as it may be shown: controls and turned directions by their code points. */
export function plain(text) {
  return String(text).replace(HIDDEN, (c) => `⟦U+${c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟧`);
}

function append(into, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false || child === "") continue;
    if (Array.isArray(child)) append(into, child);
    else if (child instanceof Node) into.append(child);
    else into.append(plain(child));
  }
}

/** Said outright, since tables that are laid out as cards on a phone lose what they are. */
const ROLES = { table: "table", thead: "rowgroup", tbody: "rowgroup", tfoot: "rowgroup", tr: "row", td: "cell" };

/** An element: h("td", { class: "num" }, "12.00"). `on…` are listeners; null leaves out. */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "value" || key === "checked" || key === "disabled" || key === "indeterminate") element[key] = value;
    else element.setAttribute(key, value === true ? "" : plain(value));
  }
  const role = tag === "th" ? (props?.scope === "row" ? "rowheader" : "columnheader") : ROLES[tag];
  if (role && !props?.role) element.setAttribute("role", role);
  append(element, children);
  return element;
}

/** Puts these in place of what is in an element; null leaves out. */
export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
}

const SVG = "http://www.w3.org/2000/svg";

/** A small drawn sign, hidden from readers: paths in a box of 16. */
export function sign(paths, kind = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", `sign ${kind}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", paths);
  svg.append(path);
  return svg;
}

export const SIGNS = {
  yes: "M3 8.5l3.2 3.2L13 4.6",
  no: "M4 4l8 8M12 4l-8 8",
  warn: "M8 2.5l6 11H2zM8 6.5v3M8 11.4v.4",
  next: "M3 8h9M8.500 4l4 4-4 4",
  dot: "M8 7.500v1",
  drop: "M8 2v8M4.500 6.500L8 10l3.500-3.500M2.500 13.500h11",
};

/** A name as others wrote it, kept apart from the direction of the text around it. */
export const name = (text) => h("bdi", {}, text ?? "");

/** What the tool itself says: in English whatever the page speaks. */
export const told = (text) => (text ? h("span", { lang: "en" }, text) : null);

let ids = 0;
export const unique = (stem) => `${stem}-${(ids += 1)}`;

export function button(label, press, props = {}) {
  return h("button", { type: "button", ...props, onclick: press }, label);
}

/** A control with its label, and a hint or an error that is read with it. */
export function field(label, control, { hint, error, wide } = {}) {
  control.id ||= unique("field");
  const notes = [];
  if (hint) notes.push(h("p", { class: "hint", id: `${control.id}-hint` }, hint));
  const wrong = h("p", { class: "wrong", id: `${control.id}-wrong` }, error);
  if (!error) wrong.hidden = true;
  notes.push(wrong);
  control.setAttribute("aria-describedby", notes.map((n) => n.id).join(" "));
  return h("div", { class: wide ? "field wide" : "field" }, h("label", { for: control.id }, label), control, notes);
}

/** Says what is wrong with a control, or that nothing is. */
export function mark(control, message) {
  const wrong = document.getElementById(`${control.id}-wrong`);
  if (wrong) {
    wrong.textContent = message ? plain(message) : "";
    wrong.hidden = !message;
  }
  if (message) control.setAttribute("aria-invalid", "true");
  else control.removeAttribute("aria-invalid");
}

/** A table that scrolls by itself where it must: columns are { label, num, cell(row) }. */
export function table(caption, columns, rows, { seen = false, foot } = {}) {
  const body = h("tbody", {});
  const head = h("tr", {}, columns.map((c) => h("th", { scope: "col", class: c.num ? "num" : null }, c.label)));
  const whole = h("table", { class: "cards" }, h("caption", { class: seen ? null : "unseen" }, caption), h("thead", {}, head), body);
  if (foot) whole.append(h("tfoot", {}, foot));
  const line = (row) =>
    h("tr", {}, columns.map((c, at) =>
      h(at === 0 && !c.num && !c.plain ? "th" : "td", { scope: at === 0 && !c.num && !c.plain ? "row" : null, class: c.num ? "num" : c.class ?? null, "data-label": c.label }, c.cell(row))));
  for (const row of rows ?? []) body.append(line(row));
  return { element: h("div", { class: "scroll", role: "group", "aria-label": caption, tabindex: "0" }, whole), body, line };
}

/** Tells those who do not see the page, without moving them. */
export function say(text) {
  const live = document.getElementById("live");
  live.textContent = "";
  setTimeout(() => (live.textContent = plain(text)), 50);
}

export function copyable(text, label, done) {
  const press = button(label, async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      getSelection().selectAllChildren(code);
    }
    say(done);
    press.textContent = done;
  }, { class: "small" });
  const code = h("code", {}, text);
  return h("div", { class: "command" }, h("pre", { tabindex: "0" }, code), press);
}
