// An error on the page: what, where, why, what was not done, what to do next.

import { h, button, told as english } from "./dom.js";
import { t, known } from "./i18n.js";

/** The page's own words for what did not come from the tool, the tool's for the rest. */
function wording(error) {
  const own = (part) => (known(`problem.${error.code}.${part}`) ? t(`problem.${error.code}.${part}`) : null);
  return {
    what: own("what") ?? english(error.message) ?? t("problem.unknown"),
    place: error.place,
    why: own("why") && error.message ? [own("why"), " ", english(error.message)] : own("why") ?? english(error.why),
    next: own("next") ?? english(error.next),
    undone: own("not_done") ?? english(error.not_done),
    also: (error.also ?? []).map((a) => (typeof a === "string" ? a : [a.field, a.message ?? a.text].filter(Boolean).join(": "))),
  };
}

const row = (label, text) => (text ? [h("dt", {}, label), h("dd", {}, text)] : null);

export function problemPanel(problem, { retry, close } = {}) {
  const error = problem.error ?? { code: "page", message: null, why: String(problem?.message ?? problem) };
  const told = wording(error);
  const panel = h("section", { class: "problem", role: "alert", tabindex: "-1" },
    h("h2", {}, told.what),
    h("dl", {},
      row(t("problem.where"), told.place),
      row(t("problem.why"), told.why),
      row(t("problem.undone"), told.undone),
      row(t("problem.next"), told.next),
      told.also.length ? [h("dt", {}, t("problem.also")), h("dd", {}, h("ul", {}, told.also.slice(0, 50).map((a) => h("li", {}, english(a)))))] : null),
    h("p", { class: "code" }, h("code", {}, error.code)));
  const actions = h("div", { class: "actions" });
  if (retry) actions.append(button(t("again"), retry));
  if (close) actions.append(button(t("close"), () => { panel.remove(); close(); }));
  if (actions.children.length) panel.append(actions);
  return panel;
}

/** A line where there is nothing to show, with the way on. */
export const nothing = (text, ...way) => h("div", { class: "nothing" }, h("p", {}, text), way);
