// Numbers and times for people.

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const one = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const minutes = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

const none = "–";
const missing = (n) => n === null || n === undefined || Number.isNaN(n);

export const int = (n) => (missing(n) ? none : whole.format(n));

// speed is a number a second: small ones need a decimal.
export const speed = (n) => (missing(n) ? none : n > 0 && n < 10 ? one.format(n) : whole.format(n));

// percent of a ratio; what is not nothing must not look like nothing.
export function percent(r, digits = 2) {
  if (missing(r)) return none;
  const p = 100 * r;
  if (p > 0 && p < 10 ** -digits) return `< ${(10 ** -digits).toFixed(digits)} %`;
  return `${p.toFixed(digits)} %`;
}

// seconds that something took.
export function took(s) {
  if (missing(s)) return none;
  if (s === 0) return "0 s";
  if (s < 1e-3) return `${(s * 1e6).toPrecision(s < 1e-5 ? 2 : 3)} µs`;
  if (s < 1) return `${(s * 1e3).toPrecision(3)} ms`;
  if (s < 120) return `${s.toPrecision(3)} s`;
  return span(s);
}

// span is a longer time, roughly.
export function span(s) {
  if (missing(s)) return none;
  if (s < 120) return `${Math.round(s)} s`;
  if (s < 7200) return `${Math.round(s / 60)} min`;
  if (s < 172800) return `${Math.round(s / 3600)} h`;
  return `${Math.round(s / 86400)} d`;
}

// chipSeconds are exact to a tenth while they are few.
export const chipSeconds = (s) => (missing(s) ? none : s < 1000 ? `${one.format(s)} s` : `${whole.format(s)} s`);

export function bytes(n) {
  if (missing(n)) return none;
  for (const [unit, size] of [["GiB", 2 ** 30], ["MiB", 2 ** 20], ["KiB", 2 ** 10]]) {
    if (n >= size) return `${one.format(n / size)} ${unit}`;
  }
  return `${whole.format(n)} B`;
}

export function time(t) {
  const at = new Date(t);
  return Date.now() - at < 20 * 3600 * 1000 ? clock.format(at) : day.format(at);
}

export const hour = (epoch) => minutes.format(new Date(epoch * 1000));
export const second = (epoch) => clock.format(new Date(epoch * 1000));

export function ago(t, now) {
  const s = (new Date(now) - new Date(t)) / 1000;
  return s < 2 ? "just now" : `${span(s)} ago`;
}

export const plural = (n, word) => `${int(n)} ${word}${n === 1 ? "" : "s"}`;
