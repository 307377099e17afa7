/** How numbers, sizes, times and names are written. */

const numbers = new Intl.NumberFormat("en");
const times = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const exactTimes = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** Characters that are not seen but change how others are shown: controls, and marks that turn the reading direction. */
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

export const number = (value) => numbers.format(value);

/** `count(1, "row")` is "1 row", `count(1200, "row")` is "1,200 rows". */
export function count(value, one, many = `${one}s`) {
  return `${number(value)} ${value === 1 ? one : many}`;
}

/** A size as people say it: 812 bytes, 61 kB, 1.4 MB. */
export function size(bytes) {
  if (bytes < 1000) return count(bytes, "byte");
  const step = bytes < 1e6 ? 1 : bytes < 1e9 ? 2 : 3;
  const value = bytes / 1000 ** step;
  return `${value < 10 ? value.toFixed(1) : number(Math.round(value))} ${["kB", "MB", "GB"][step - 1]}`;
}

/** A limit, which is a round number of 1,024s: 512 MB rather than 537. */
export function limit(bytes) {
  const step = bytes % 2 ** 30 === 0 ? 3 : bytes % 2 ** 20 === 0 ? 2 : 0;
  return step ? `${number(bytes / 1024 ** step)} ${["", "", "MB", "GB"][step]}` : size(bytes);
}

/** `<time>` in the viewer's zone, with UTC when pointed at. */
export function time(iso, exact = false) {
  const element = document.createElement("time");
  const at = new Date(iso);
  element.dateTime = iso;
  element.textContent = (exact ? exactTimes : times).format(at);
  element.title = `${at.toISOString().slice(0, 19).replace("T", " ")} UTC`;
  return element;
}

/** How long something took: 0.8 s, 12 s, 3 min 20 s, 1 h 5 min. */
export function duration(from, to) {
  const seconds = Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** A name or value from a file, with what can't be seen made visible as �. */
export const shown = (text) => text.replace(UNSEEN, "\ufffd");
