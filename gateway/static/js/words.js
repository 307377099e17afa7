/** How numbers, sizes, times and names are written. */

import { locale, number, t, tn } from "./i18n.js";

export { number };

const times = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const exactTimes = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" });

/** Characters that are not seen but change how others are shown: controls, and marks that turn the reading direction. */
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** A figure with at most one decimal, as the language writes it. */
const tenths = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

const inUnit = (n, step) => [t("{n} kB", { n }), t("{n} MB", { n }), t("{n} GB", { n })][step - 1];

/** A size as people say it: 812 bytes, 61 kB, 1.4 MB. */
export function size(bytes) {
  if (bytes < 1000) return tn("{n} byte", "{n} bytes", bytes);
  const step = bytes < 1e6 ? 1 : bytes < 1e9 ? 2 : 3;
  const value = bytes / 1000 ** step;
  return inUnit(value < 10 ? tenths.format(value) : Math.round(value), step);
}

/** A limit, which is a round number of 1,024s: 512 MB rather than 537. */
export function limit(bytes) {
  const step = bytes % 2 ** 30 === 0 ? 3 : bytes % 2 ** 20 === 0 ? 2 : 0;
  return step ? inUnit(bytes / 1024 ** step, step) : size(bytes);
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
  if (seconds < 10) return t("{s} s", { s: tenths.format(seconds) });
  const whole = Math.round(seconds);
  if (whole < 60) return t("{s} s", { s: whole });
  if (whole < 3600) return t("{min} min {s} s", { min: Math.floor(whole / 60), s: whole % 60 });
  return t("{h} h {min} min", { h: Math.floor(whole / 3600), min: Math.floor((whole % 3600) / 60) });
}

/** A name or value from a file, with what can't be seen made visible as �. */
export const shown = (text) => text.replace(UNSEEN, "\ufffd");
