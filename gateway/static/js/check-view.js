/** What stands below the name of a file that has arrived: its check at work, that it is ready, or what is wrong with it. */

import { copy, fill, find, make } from "./dom.js";
import { guard } from "./download.js";
import { t, tn } from "./i18n.js";
import { UPLOADS } from "./kind-words.js";
import { matchedWords } from "./mapping.js";
import { titled } from "./page-title.js";
import { problemsView } from "./problems.js";
import { showOn } from "./progress.js";

/** Bring the check at work up to date with what `meter` says. */
export function showChecking(element, progress) {
  fill(element, { rows: progress.rows, pace: progress.pace });
  showOn(find("progress", element), progress);
  titled(progress.percent === null ? t("Checking") : t("Checking, {percent} %", { percent: progress.percent }));
}

/** The file is in order. `preview` may add to it. */
export function readyView(job, upload, kind, preview) {
  const words = UPLOADS[kind];
  const element = copy("check-ready");
  fill(element, { ready: words.ready(job), "ready-text": words.text });
  const line = find('[data-slot="columns-line"]', element);
  line.hidden = !upload.header;
  if (upload.header) fill(line, { columns: matchedWords(upload.header, upload.columns) });
  preview?.(job, find('[data-slot="preview"]', element));
  return element;
}

export const problemWords = ({ problems }) => tn("{n} problem to correct", "{n} problems to correct", problems ?? 0);

/** The file has problems. */
export function wrongView(job, upload) {
  const element = copy("check-wrong");
  fill(element, { "problem-count": problemWords(job) });
  for (const button of element.querySelectorAll('[data-do="columns"]')) button.hidden = !upload.header;
  problemsView(job, find('[data-slot="problems"]', element));
  return element;
}

/** The buttons for a file with problems. A refused download is told in `trouble`. */
export function wrongButtons(job, trouble) {
  const [problems, annotated] = ["foot-problems", "foot-annotated"].map(copy);
  problems.href = `/api/v1/jobs/${job.job_id}/problems.csv`;
  annotated.href = `/api/v1/jobs/${job.job_id}/annotated.csv`;
  guard(annotated, trouble);
  return [problems, annotated, make("button", { class: "button primary", type: "button", "data-do": "again" }, t("Upload a corrected file"))];
}
