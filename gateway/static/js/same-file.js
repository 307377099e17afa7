/** Whether the very same file was processed before: by whom, when, and what became of it. */

import { ask } from "./api.js";
import { copy, fill, find, make } from "./dom.js";
import { t } from "./i18n.js";
import { done, endWords, kindOf } from "./kind-words.js";
import { hasEnded } from "./watch.js";
import { shown, time } from "./words.js";

/** Whether the job is at work or has done something that the same file would do again. */
const counts = (job) => !hasEnded(job) || done(job) > 0;

/** The newest job of the same bytes that is at work or has done something, or null. Rejects with `Trouble`. */
export async function before({ sha256 }, kind = "create") {
  if (!sha256) return null;
  const { body } = await ask(`/jobs?${new URLSearchParams({ sha256, limit: "20" })}`);
  return body.jobs.find((job) => kindOf(job) === kind && counts(job)) ?? null;
}

/** The warning for such a job. */
export function warning(job) {
  const note = copy("same-file");
  const who = make("bdi", {}, shown(job.submitted_by ?? t("another service")));
  fill(note, { when: time(job.submitted_at), who, effect: hasEnded(job) ? endWords(job) : t("it is being processed right now") });
  find("a", note).href = `/event-logs/${job.job_id}`;
  return note;
}
