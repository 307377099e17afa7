/** How fast a job goes and how long it still takes, from what this page has seen of it: no clock but its own is asked. */

import { t, tn } from "./i18n.js";

const WINDOW_MS = 30_000;
/** With less than this nothing is foretold: the first answers say more about the start than about the speed. */
const LEAST_MS = 2_000;

/**
 * @param {() => number} now milliseconds
 * @returns {(done: number) => number | null} takes how much is done now; gives how much is done in a second, or null
 */
export function pace(now = () => Date.now()) {
  let samples = [];
  return (done) => {
    const at = now();
    if (done < (samples.at(-1)?.done ?? 0)) samples = [];
    samples.push({ at, done });
    while (samples.length > 2 && samples[1].at <= at - WINDOW_MS) samples.shift();
    const [first] = samples;
    if (at - first.at < LEAST_MS || done === first.done) return null;
    return ((done - first.done) * 1_000) / (at - first.at);
  };
}

/** A speed in words, rounded so that it does not flicker: "1,200 rows per second". */
export function speedWords(rate) {
  if (rate < 1) return tn("{n} row per minute", "{n} rows per minute", Math.max(1, Math.round(rate * 60)));
  const step = 10 ** Math.max(0, Math.floor(Math.log10(rate)) - 1);
  return tn("{n} row per second", "{n} rows per second", Math.round(rate / step) * step);
}

/** The time left in words, rounded as one would say it. */
export function leftWords(seconds) {
  if (seconds < 5) return t("a few seconds left");
  if (seconds < 60) return t("about {n} s left", { n: Math.ceil(seconds / 5) * 5 });
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return t("about {n} min left", { n: minutes });
  return t("about {n} h left", { n: Math.round(minutes / 60) });
}
