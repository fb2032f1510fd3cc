// A command while it runs: what it says, since when, and a button that interrupts it.

import { h, button, say, unique } from "./dom.js";
import { t } from "./i18n.js";
import { Problem, follow, interrupt, run } from "./api.js";
import { problemPanel } from "./problem.js";

const LINES = 400;
let active = null;

export const isRunning = () => active !== null;

function panel(book, title) {
  const id = unique("run");
  const log = h("pre", { class: "log", lang: "en", role: "log", tabindex: "0", "aria-label": t("run.log") });
  const clock = h("span", { class: "clock" });
  const command = h("code", {});
  const stop = button(t("run.interrupt"), async () => {
    stop.disabled = true;
    try {
      await interrupt(book);
    } catch (problem) {
      stop.disabled = false;
      log.append(`${problem.error?.message ?? problem.message}\n`);
    }
  }, { class: "danger" });
  const heading = h("h2", { id }, title);
  const head = h("div", { class: "runhead" }, h("span", { class: "spin", "aria-hidden": "true" }), heading, clock, stop);
  const told = h("details", { open: true }, h("summary", {}, t("run.told")), h("p", { class: "typed" }, command), log);
  const element = h("section", { class: "run", "aria-labelledby": id }, head, told);
  const begun = Date.now();
  const tick = () => (clock.textContent = `${((Date.now() - begun) / 1000).toFixed(0)} s`);
  tick();
  const timer = setInterval(tick, 1000);
  let lines = [];
  return {
    element,
    begun: (text) => (command.textContent = text),
    said(text) {
      lines.push(text);
      if (lines.length > LINES) lines = lines.slice(-LINES);
      const low = log.scrollTop + log.clientHeight >= log.scrollHeight - 4;
      log.textContent = `${lines.join("\n")}\n`;
      if (low) log.scrollTop = log.scrollHeight;
    },
    over(text, good) {
      clearInterval(timer);
      stop.remove();
      element.classList.add(good ? "good" : "bad");
      heading.textContent = text;
      clock.textContent = `${((Date.now() - begun) / 1000).toFixed(1)} s`;
      head.append(button(t("close"), () => clear(element), { class: "small" }));
      told.open = false;
      if (!lines.length) log.hidden = true;
      say(text);
    },
  };
}

/** What went well is put away at the second step after it. */
window.addEventListener("hashchange", () => {
  const shown = document.querySelector("#dock .run.good");
  if (!shown) return;
  if (shown.dataset.seen && !shown.contains(document.activeElement)) clear(shown);
  else shown.dataset.seen = "once";
});

function clear(element) {
  element.remove();
  const dock = document.getElementById("dock");
  document.documentElement.classList.toggle("docked", dock.children.length > 0);
}

function docked(element) {
  document.getElementById("dock").replaceChildren(element);
  document.documentElement.classList.add("docked");
}

async function attend(book, title, go, own) {
  if (active) {
    const problem = new Problem({ code: "busy", message: null });
    if (!own?.(problem)) docked(problemPanel(problem, { close: () => clear(document.createElement("i")) }));
    return null;
  }
  const shown = panel(book, title);
  active = shown;
  docked(shown.element);
  document.dispatchEvent(new CustomEvent("desk:runs"));
  try {
    const result = await go(shown);
    const error = result.document?.error;
    if (error) throw new Problem(error);
    if (result.exit === 130) throw new Problem({ code: "interrupted", message: null });
    if (![0, 3, 4].includes(result.exit)) throw new Problem({ code: "desk-failed", message: null, why: result.text });
    shown.over(t("run.done", { what: title }), result.exit !== 4);
    return result;
  } catch (problem) {
    shown.over(t(problem.code === "interrupted" ? "run.stopped" : "run.failed", { what: title }), false);
    if (own?.(problem)) clear(shown.element);
    else shown.element.querySelector(".runhead").after(problemPanel(problem));
    return null;
  } finally {
    active = null;
    document.dispatchEvent(new CustomEvent("desk:runs"));
  }
}

/** Runs a command; its result, or null after its error was shown (unless `own` took that). */
export const perform = (book, body, title, own) => attend(book, title, (shown) => run(book, body, shown), own);

/** Attaches to what runs already, when the page was loaded anew. */
export const attach = (book, title) => attend(book, title, (shown) => follow(book, shown));
