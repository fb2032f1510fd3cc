// Amounts are decimal text from the first byte to the screen: nothing here makes a number of
// one, except whole numbers of the smallest unit as BigInt.

const MINUS = "\u2212";
let symbols = { INR: "₹" };

/** `-1234567.5` → `−12,34,567.5` for rupees, `−1,234,567.5` for others. */
export function grouped(amount, currency) {
  const text = String(amount);
  const negative = text.startsWith("-");
  const [whole, fraction] = text.replace(/^[+-]/, "").split(".");
  const step = currency === "INR" ? 2 : 3;
  let end = whole.length;
  const parts = [];
  for (let size = 3; end > 0; size = step) {
    parts.unshift(whole.slice(Math.max(0, end - size), end));
    end -= size;
  }
  return (negative ? MINUS : "") + parts.join(",") + (fraction === undefined ? "" : `.${fraction}`);
}

/** With its sign of currency: `−₹1,234.50`, `USD 1,234.50`. */
export function money(amount, currency) {
  if (amount === null || amount === undefined) return "–";
  const text = grouped(amount, currency);
  const digits = text.replace(MINUS, "");
  const sign = text.startsWith(MINUS) ? MINUS : "";
  return sign + (symbols[currency] ? symbols[currency] + digits : `${currency}\u00a0${digits}`);
}

/** As [money], with `+` before what is above zero: for differences. */
export function signed(amount, currency) {
  const text = money(amount, currency);
  return isZero(amount) || text.startsWith(MINUS) || text === "–" ? text : `+${text}`;
}

/** For a column whose head names the currency. */
export const bare = (amount, currency) => (amount === null || amount === undefined ? "–" : grouped(amount, currency));

/** A count, grouped as amounts of that currency are. */
export const count = (n, currency = "INR") => grouped(String(n ?? 0), currency);

export const isZero = (amount) => /^[+-]?0*\.?0*$/.test(String(amount ?? "0"));

function parts(amount) {
  const [whole, fraction = ""] = String(amount).replace(/^\+/, "").split(".");
  return { digits: whole + fraction, scale: fraction.length };
}

/** The sum of decimal texts, exactly. */
export function sum(amounts) {
  const read = amounts.filter((a) => a !== null && a !== undefined && a !== "").map(parts);
  const scale = Math.max(0, ...read.map((r) => r.scale));
  let total = 0n;
  for (const r of read) total += BigInt(r.digits || "0") * 10n ** BigInt(scale - r.scale);
  const negative = total < 0n;
  const digits = String(negative ? -total : total).padStart(scale + 1, "0");
  const cut = digits.length - scale;
  return (negative ? "-" : "") + digits.slice(0, cut) + (scale ? `.${digits.slice(cut)}` : "");
}

export const negate = (amount) => (isZero(amount) ? amount : String(amount).startsWith("-") ? String(amount).slice(1) : `-${amount}`);

/** Whether a text is an amount that may be typed: digits, one point. */
export const isAmount = (text) => /^-?\d+(\.\d+)?$/.test(text);
