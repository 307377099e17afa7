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

/** Show them in the list `place`, which is hidden where there are none. */
export async function showLineage(job, place) {
  const lines = (job.children ?? []).map((child) => line(`lineage-${child.relation}`, { ...child, kind: child.relation === "undo" ? "delete" : job.kind, undo_of: child.relation === "undo" ? job.job_id : null }));
  const parent = job.undo_of ?? job.retry_of;
  if (parent) lines.unshift(line(job.undo_of ? "lineage-undoes" : "lineage-retries", { job_id: parent }, await nameOf(parent)));
  place.replaceChildren(...lines);
  place.hidden = !lines.length;
}
