// Words by key, in English and Hindi. Figures stay 0 to 9 in both.

let words = null;
let fallback = null;
let language = "en";
/** Which plural a count takes: in Hindi 0 and 1 are alike. */
const plural = (n) => (n === 1 || (n === 0 && language === "hi") ? "one" : "other");

async function load(lang) {
  const answer = await fetch(`/assets/${lang}.json`, { credentials: "same-origin" });
  return answer.ok ? answer.json() : {};
}

export async function speak(lang) {
  if (lang === language && words) return;
  const own = load(lang);
  fallback ??= lang === "en" ? await own : await load("en");
  words = await own;
  language = lang;
  document.documentElement.lang = lang;
}

function word(key) {
  return words?.[key] ?? fallback?.[key];
}

/** The words of a key; `{x}` is put in. With `n` the plural's own words, `key.one`, are used. */
export function t(key, values = {}) {
  let text = Number(values.n) === 0 ? word(`${key}.zero`) : undefined;
  if ("n" in values) text ??= word(`${key}.${plural(Number(values.count ?? String(values.n).replace(/\D/g, "")))}`) ?? word(`${key}.other`);
  text ??= word(key) ?? key;
  return text.replace(/\{(\w+)\}/g, (all, k) => (k in values ? String(values[k]) : all));
}

export const known = (key) => word(key) !== undefined;

const named = (key, n) => t(key).split(",")[n - 1];
const two = (n) => String(n).padStart(2, "0");

/** `2026-03` → March 2026; days as they are. (The browser's own formats cost 50 ms to load.) */
export function month(period) {
  const found = /^(\d{4})-(\d{2})$/.exec(period ?? "");
  if (found) return `${named("months", Number(found[2]))} ${found[1]}`;
  const [from, to] = String(period ?? "").split("..");
  return to ? `${day(from)} – ${day(to)}` : String(period ?? "");
}

/** `2026-04-02` → 2 Apr 2026. */
export function day(date) {
  const found = /^(\d{4})-(\d{2})-(\d{2})/.exec(date ?? "");
  return found ? `${Number(found[3])} ${named("months.short", Number(found[2]))} ${found[1]}` : String(date ?? "");
}

/** A time of the books, where the person is: 2 Apr 2026, 08:34. */
export function moment(time) {
  const at = new Date(time ?? "");
  if (Number.isNaN(at.getTime())) return String(time ?? "");
  return `${at.getDate()} ${named("months.short", at.getMonth() + 1)} ${at.getFullYear()}, ${two(at.getHours())}:${two(at.getMinutes())}`;
}
