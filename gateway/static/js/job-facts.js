/** The facts of a job, in pairs of what and how much. */

import { make } from "./dom.js";
import { t } from "./i18n.js";
import { kindOf } from "./kind-words.js";
import { duration, number, shown, size, time } from "./words.js";

/** @returns {HTMLElement} a pair for a list of facts; null where there is nothing to say */
export function fact(name, value, className) {
  if (value === null || value === undefined || value === "") return null;
  return make("div", { class: className }, make("dt", {}, name), make("dd", {}, value));
}

const figure = (value) => (value === null || value === undefined ? "–" : number(value));

const DONE = { create: t("Created"), update: t("Updated"), delete: t("Deleted"), undo: t("Undone") };

/** The facts that are known of a job, as elements. */
export function factsOf(job) {
  const kind = kindOf(job);
  const done = { create: job.created, update: job.updated, delete: job.deleted, undo: job.deleted }[kind];
  const took = job.finished_at && job.submitted_at ? duration(job.submitted_at, job.finished_at) : null;
  return [
    fact(t("Rows"), figure(job.rows)),
    fact(DONE[kind], figure(done)),
    fact(t("Failed"), figure(job.failed)),
    fact(t("Not processed"), figure(job.not_processed)),
    fact(t("Problems"), figure(job.problems)),
    fact(t("Submitted by"), job.submitted_by && make("bdi", {}, shown(job.submitted_by))),
    fact(t("Submitted"), job.submitted_at && time(job.submitted_at, true)),
    fact(t("Finished"), job.finished_at && time(job.finished_at, true)),
    fact(t("Took"), took),
    fact(t("Size of the file"), job.size && size(job.size)),
    fact(t("Template"), job.template_version && t("Version {version}", { version: String(job.template_version) })),
    fact(t("Job number"), make("code", {}, job.job_id), "wide"),
  ].filter(Boolean);
}
