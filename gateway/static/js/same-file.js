/** Whether the very same file was processed before: by whom, when, and what became of it. */

import { ask } from "./api.js";
import { copy, fill, find, make } from "./dom.js";
import { t, tn } from "./i18n.js";
import { hasEnded } from "./watch.js";
import { shown, time } from "./words.js";

/** What a job did, or null where it did nothing that the same file would do again. */
function effect(job) {
  if (!hasEnded(job)) return t("It is being processed right now.");
  if (job.created) return tn("It created {n} Seat.", "It created {n} Seats.", job.created);
  if (job.updated) return tn("It updated {n} Seat.", "It updated {n} Seats.", job.updated);
  return null;
}

/** The newest job of the same bytes that is at work or has done something, or null. Rejects with `Trouble`. */
export async function before({ sha256 }, kind = "create") {
  if (!sha256) return null;
  const { body } = await ask(`/jobs?${new URLSearchParams({ sha256, limit: "20" })}`);
  return body.jobs.find((job) => (job.kind ?? "create") === kind && effect(job)) ?? null;
}

/** The warning for such a job. */
export function warning(job) {
  const note = copy("same-file");
  const who = make("bdi", {}, shown(job.submitted_by ?? t("another service")));
  fill(note, { when: time(job.submitted_at), who, effect: effect(job) });
  find("a", note).href = `/event-logs/${job.job_id}`;
  return note;
}
