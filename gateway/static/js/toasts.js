/** A small note in the corner when a job has ended. It stays until it is closed: nobody has to be quick. */

import { announce, copy, fill, find } from "./dom.js";
import { unfollow } from "./followed.js";
import { endWords } from "./kind-words.js";
import { t } from "./i18n.js";
import { notify } from "./notify.js";
import { hasEnded, watch } from "./watch.js";
import { shown } from "./words.js";

function toast(job) {
  const filename = shown(job.filename ?? t("the file"));
  const note = copy("toast");
  fill(note, { filename, end: endWords(job) });
  find("a", note).href = `/event-logs/${job.job_id}`;
  find("button", note).addEventListener("click", () => note.remove());
  find("#toasts").append(note);
  announce(`${filename}: ${endWords(job)}`);
  notify({ title: endWords(job), text: filename, tag: job.job_id });
}

/** Watch jobs until they end. Another tab, or the page of the job, may tell of it first. */
export function watchAll(ids) {
  for (const id of ids) {
    const onJob = (job) => hasEnded(job) && unfollow(id) && toast(job);
    watch(id, { onJob, onTrouble() {}, onGone: () => unfollow(id) });
  }
}
