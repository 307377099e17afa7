/** The jobs that a job comes from and that came from it: retries and undos, as links. */

import { Trouble, ask } from "./api.js";
import { copy, fill, find, make } from "./dom.js";
import { t } from "./i18n.js";
import { badge } from "./states.js";
import { shown } from "./words.js";

const line = (id, job, name) => {
  const element = copy(id);
  const link = find("a", element);
  link.href = `/event-logs/${job.job_id}`;
  if (name) fill(element, { name });
  if (job.state) element.append(" ", badge(job));
  return element;
};

/** The parent's file name; its number where it can't be asked for. */
async function nameOf(jobId) {
  try {
    const { body } = await ask(`/jobs/${jobId}`);
    return make("bdi", {}, shown(body.filename || t("Unnamed file")));
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    return make("bdi", {}, jobId);
  }
}

/** A child as far as it is known here, with the word for its state. */
const childLine = (job, { job_id, relation, state }) =>
  line(`lineage-${relation}`, relation === "undo" ? { job_id, state, undo_of: job.job_id } : { job_id, state, kind: job.kind, undo_of: job.undo_of });

/** Show them in the list `place`, which is hidden where there are none. */
export async function showLineage(job, place) {
  const parents = [
    ["lineage-undoes", job.undo_of],
    ["lineage-retries", job.retry_of],
  ].filter(([, parent]) => parent);
  const above = await Promise.all(parents.map(async ([id, parent]) => line(id, { job_id: parent }, await nameOf(parent))));
  const below = (job.children ?? []).map((child) => childLine(job, child));
  place.replaceChildren(...above, ...below);
  place.hidden = !place.childElementCount;
}
