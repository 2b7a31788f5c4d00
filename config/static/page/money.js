// Amounts and days in words. Money stays the API's decimal string: it is never parsed into a float.

let locale = "en";
const made = new Map();

/** The owner's language for figures and days, in the browser's variant of it: en may mean en-GB here. */
export function speak(tag) {
  try {
    const [wanted] = Intl.getCanonicalLocales(tag);
    locale = navigator.languages.find((each) => each.startsWith(`${wanted}-`)) ?? wanted;
  } catch {
    locale = "en";
  }
  made.clear();
}

function formatter(Kind, options) {
  const key = Kind.name + JSON.stringify(options);
  if (!made.has(key)) made.set(key, new Kind(locale, options));
  return made.get(key);
}

const decimals = (text) => text.split(".")[1]?.length ?? 0;

/** "-1234.50", "EUR" → "-€1,234.50". The string has its currency's own decimals, and keeps them. */
export function money(text, currency, { sign = false } = {}) {
  const digits = decimals(text);
  const options = {
    style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits,
    signDisplay: sign ? "exceptZero" : "auto",
  };
  // A string is formatted digit by digit, whatever its size.
  return formatter(Intl.NumberFormat, options).format(text);
}

/** The amount in the smallest unit, exact. */
export const minor = (text) => BigInt(text.replace(".", ""));

export const isNegative = (text) => text.startsWith("-");

/** Where an amount lies on a drawing: a pixel needs no cents. For geometry alone. */
export const drawn = (text) => Number(text);

/** A short label of an axis, such as €4K. */
export function axisMoney(value, currency) {
  return formatter(Intl.NumberFormat, {
    style: "currency", currency, notation: "compact", maximumFractionDigits: 1, minimumFractionDigits: 0,
  }).format(value);
}

export function percent(value) {
  return formatter(Intl.NumberFormat, { style: "percent", maximumFractionDigits: 0 }).format(value / 100);
}

/** "2026-11-24" → "24 Nov 2026", or what `options` ask for. A booking day has no time zone. */
export function day(text, options = { day: "numeric", month: "short", year: "numeric" }) {
  return formatter(Intl.DateTimeFormat, { timeZone: "UTC", ...options }).format(new Date(`${text}T00:00:00Z`));
}

/** An instant in the owner's time zone. */
export function moment(text, timeZone) {
  const options = { timeZone, day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" };
  return formatter(Intl.DateTimeFormat, options).format(new Date(text));
}

/** The owner's day as YYYY-MM-DD. */
export function today(timeZone) {
  const parts = new Intl.DateTimeFormat("en-u-nu-latn", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" })
    .formatToParts(new Date());
  const part = (type) => parts.find((each) => each.type === type).value;
  return `${part("year")}-${part("month")}-${part("day")}`;
}

/** What somebody typed, as the API reads it: "1.234,50" and "1,234.50" are both "1234.50". */
export function typed(text) {
  const plain = text.replace(/[\s'’]/g, "").replace("−", "-");
  const at = Math.max(plain.lastIndexOf("."), plain.lastIndexOf(","));
  if (at < 0) return plain;
  const whole = plain.slice(0, at);
  const mark = plain[at];
  // The same mark twice ("1.234.567") groups thousands; a single one is taken for the decimal mark,
  // and the API refuses what then has too many decimals.
  if (whole.includes(mark)) return plain.replaceAll(mark, "");
  return `${whole.replace(/[.,]/g, "")}.${plain.slice(at + 1)}`;
}
