// The desk: which section is shown for which books and month. All of it stands in the
// address behind `#`; nothing is kept anywhere else.

import { Problem, get } from "./api.js";
import { say } from "./dom.js";
import { t, speak, month } from "./i18n.js";
import { problemPanel } from "./problem.js";
import { attach, perform } from "./runs.js";
import { bar, rail } from "./frame.js";
import { keys } from "./keys.js";
import { choose, of, recall } from "./periods.js";

performance.mark("desk:start");
const SECTIONS = ["periods", "ledger", "fix", "findings", "drafts", "outbox", "archive", "first"];
/** A section's own script, loaded when it is first shown, or once the page is at rest. */
const script = (section) => import(`./${section}.js`).catch((error) => {
  throw error instanceof SyntaxError ? error : new Problem({ code: "desk-gone", message: null });
});
let desk = null;
let showing = null;
let before = null;

function read() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  const [book, section, period, arg] = path.split("/").map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return "";
    }
  });
  const values = new URLSearchParams(query ?? "");
  return {
    book: Number.parseInt(book, 10) || 0,
    section: SECTIONS.includes(section) ? section : "periods",
    period: period || null,
    arg: arg || null,
    lang: values.get("lang") === "hi" ? "hi" : "en",
    keys: values.get("keys") !== "off",
  };
}

export function address(at) {
  const path = [at.book, at.section, at.period ?? "", at.arg ?? ""].map(encodeURIComponent).join("/").replace(/\/+$/, "");
  const values = new URLSearchParams();
  if (at.lang !== "en") values.set("lang", at.lang);
  if (!at.keys) values.set("keys", "off");
  return `#/${path}${values.size ? `?${values}` : ""}`;
}

function context(at, entry, status, signal) {
  const context = {
    ...at,
    entry,
    status,
    desk,
    signal,
    currency: entry.currency,
    here: of(status, at.period),
    href: (section, more = {}) => address({ ...at, section, arg: null, ...more }),
    go: (section, more = {}) => {
      const to = address({ ...at, section, arg: null, ...more });
      if (to === location.hash) show();
      else location.hash = to;
    },
    /** Changes the address without drawing anything anew. */
    note: (more) => history.replaceState(null, "", address({ ...at, ...more })),
    refresh: () => show(true),
    reload: () => {
      desk = null;
      return show();
    },
    perform: (body, title, own) => perform(at.book, body, title, own),
  };
  return context;
}

async function view(at, signal) {
  const asked = desk ?? get("desk", null, signal);
  const standing = get(`${at.book}/status`, null, signal).catch((problem) => problem);
  [, desk] = await Promise.all([speak(at.lang), asked]);
  const entry = desk.books.find((b) => b.id === at.book) ?? desk.books[0];
  if (entry.new) {
    at.section = "first";
    return context({ ...at, book: entry.id }, entry, { periods: [], running: null }, signal);
  }
  const status = entry.id === at.book ? await standing : await get(`${entry.id}/status`, null, signal);
  if (status instanceof Error) throw status;
  at.book = entry.id;
  recall(at.book, status);
  if (at.section === "first") at.section = "periods";
  at.period ??= choose(status, desk.today);
  return context(at, entry, status, signal);
}

function waiting(main) {
  return setTimeout(() => {
    main.classList.add("reading");
    say(t("reading"));
  }, 400);
}

/** What was typed into filters and where the focus was, to be put back into a page drawn anew. */
function kept(main) {
  const label = (e) => e?.getAttribute?.("aria-label") ?? e?.textContent;
  const typed = [...main.querySelectorAll("[data-filter]")].map((box) => [label(box), box.value]);
  const focus = main.contains(document.activeElement) ? [document.activeElement.tagName, label(document.activeElement)] : null;
  return () => {
    for (const [name, value] of typed) {
      const box = [...main.querySelectorAll("[data-filter]")].find((b) => label(b) === name);
      if (!box || box.value === value) continue;
      box.value = value;
      box.dispatchEvent(new Event("input"));
    }
    if (focus && !document.querySelector("dialog[open]")) ([...main.querySelectorAll(focus[0])].find((e) => label(e) === focus[1]) ?? main).focus({ preventScroll: true });
  };
}

async function show(stay = false) {
  delete document.documentElement.dataset.ready;
  showing?.abort();
  const abort = new AbortController();
  showing = abort;
  const at = read();
  const main = document.getElementById("main");
  const late = waiting(main);
  try {
    const asked = at.section;
    const early = script(asked);
    early.catch(() => {});
    const ctx = await view(at, abort.signal);
    const { show: draw } = await (ctx.section === asked ? early : script(ctx.section));
    const drawn = await draw(ctx);
    if (abort.signal.aborted) return;
    bar(ctx);
    rail(ctx);
    const scroll = stay ? window.scrollY : 0;
    const back = stay ? kept(main) : null;
    main.replaceChildren(drawn);
    back?.();
    const title = main.querySelector("h1")?.textContent ?? t("desk");
    document.title = `${title} · ${at.section === "archive" || !at.period ? ctx.entry.folder : month(at.period)} · Crossfoot`;
    const place = `${at.book}/${at.section}/${at.period}`;
    if (!stay && before !== null && before !== place) {
      const heading = main.querySelector("h1");
      heading?.setAttribute("tabindex", "-1");
      heading?.focus({ preventScroll: true });
    }
    const first = before === null;
    before = place;
    if (!first) window.scrollTo(0, scroll);
    drawn.dispatchEvent(new CustomEvent("desk:shown"));
    performance.mark("desk:ready");
    document.documentElement.dataset.ready = at.section;
  } catch (problem) {
    if (problem.name === "AbortError" || abort.signal.aborted) return;
    main.replaceChildren(problemPanel(problem, { retry: () => { desk = null; show(); } }));
    main.firstChild.focus();
    document.documentElement.dataset.ready = "problem";
  } finally {
    clearTimeout(late);
    main.classList.remove("reading");
  }
}

async function begin() {
  document.getElementById("skip").addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById("main").focus();
  });
  window.addEventListener("hashchange", () => show());
  keys(() => read(), (section) => {
    location.hash = address({ ...read(), section, arg: null });
  }, (on) => {
    history.replaceState(null, "", address({ ...read(), keys: on }));
    show(true);
  });
  await show();
  setTimeout(() => Promise.allSettled(SECTIONS.map(script)), 1500);
  document.getElementById("skip").textContent = t("skip");
  const book = read().book;
  const under = await get(`${book}/run`).catch(() => null);
  if (under?.running) attach(book, t("run.already")).then(() => show(true));
}

begin();
