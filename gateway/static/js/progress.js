/** How far a job has come, in figures and in words. The same for a check, for a job in the pop-up and on a page. */

import { t, tn } from "./i18n.js";
import { leftWords, pace, speedWords } from "./pace.js";

const known = (...values) => values.every((value) => value !== null && value !== undefined);

/** Rows that are done, and which part of the work that is (0 to 1, null where nobody knows). */
function amounts({ state, rows, processed, rows_checked, bytes_checked, size }) {
  if (state === "provisioning") return { done: processed ?? 0, part: rows ? (processed ?? 0) / rows : null };
  if (state !== "validating") return { done: 0, part: null };
  const part = known(bytes_checked, size) && size && bytes_checked ? Math.min(1, bytes_checked / size) : null;
  return { done: rows_checked ?? 0, part };
}

function rowsLine({ state, rows, failed }, done) {
  if (state === "validating" && done) return tn("{n} row checked", "{n} rows checked", done);
  if (state !== "provisioning" || !rows) return rows ? tn("{n} row in all", "{n} rows in all", rows) : "";
  const line = tn("{done} of {n} row done", "{done} of {n} rows done", rows, { done });
  return failed ? `${line}, ${t("{n} failed", { n: failed })}` : line;
}

/**
 * @returns {(job: object) => {part: number | null, percent: number | null, rows: string, pace: string}}
 *   to be asked with each new state of one job: `rows` says what is done, `pace` how fast it goes and what is left.
 */
export function meter(now) {
  let state = null;
  let rowsPace, partPace;
  return (job) => {
    if (job.state !== state) {
      state = job.state;
      rowsPace = pace(now);
      partPace = pace(now);
    }
    const { done, part } = amounts(job);
    const speed = rowsPace(done);
    const gain = part === null ? null : partPace(part);
    const words = [];
    if (speed) words.push(speedWords(speed));
    if (gain && part < 1) words.push(leftWords((1 - part) / gain));
    const percent = part === null ? null : Math.floor(part * 100);
    return { part, percent, rows: rowsLine(job, done), pace: words.join(" · ") };
  };
}

/** Put what `meter` gave onto a progress bar. */
export function showOn(bar, { part }) {
  if (part === null) bar.removeAttribute("value");
  else {
    bar.max = 1;
    bar.value = part;
  }
}
