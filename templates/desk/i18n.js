// Words by key, in English and Hindi. Figures stay 0 to 9 in both.

let words = null;
let fallback = null;
let language = "en";
let plural = new Intl.PluralRules("en");

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
  plural = new Intl.PluralRules(lang);
  document.documentElement.lang = lang;
}

export const spoken = () => language;

function word(key) {
  return words?.[key] ?? fallback?.[key];
}

/** The words of a key; `{x}` is put in. With `n` the plural's own words, `key.one`, are used. */
export function t(key, values = {}) {
  let text = Number(values.n) === 0 ? word(`${key}.zero`) : undefined;
  if ("n" in values) text ??= word(`${key}.${plural.select(Number(values.count ?? String(values.n).replace(/\D/g, "")))}`) ?? word(`${key}.other`);
  text ??= word(key) ?? key;
  return text.replace(/\{(\w+)\}/g, (all, k) => (k in values ? String(values[k]) : all));
}

export const known = (key) => word(key) !== undefined;

const written = (options) => new Intl.DateTimeFormat(language === "hi" ? "hi-IN" : "en-IN", { timeZone: "UTC", numberingSystem: "latn", ...options });

/** `2026-03` → March 2026; days as they are. */
export function month(period) {
  if (/^\d{4}-\d{2}$/.test(period ?? "")) return written({ month: "long", year: "numeric" }).format(new Date(`${period}-01T00:00:00Z`));
  const [from, to] = String(period ?? "").split("..");
  return to ? `${day(from)} – ${day(to)}` : String(period ?? "");
}

/** `2026-04-02` or a time → 2 Apr 2026. */
export function day(date) {
  const at = new Date(/T/.test(date ?? "") ? date : `${date}T00:00:00Z`);
  return Number.isNaN(at.getTime()) ? String(date ?? "") : written({ day: "numeric", month: "short", year: "numeric" }).format(at);
}

export function moment(time) {
  const at = new Date(time ?? "");
  return Number.isNaN(at.getTime()) ? String(time ?? "") : new Intl.DateTimeFormat(language === "hi" ? "hi-IN" : "en-IN", { numberingSystem: "latn", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", hour12: false }).format(at);
}
