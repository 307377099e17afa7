/** A job as a row of Event Logs. */

import { make } from "./dom.js";
import { t } from "./i18n.js";
import { done, kindOf } from "./kind-words.js";
import { badge } from "./states.js";
import { hasEnded } from "./watch.js";
import { number, shown, time } from "./words.js";

/** What a job is, where it does not just create Seats from a file; or null. */
export function kindWord(job) {
  const words = { update: t("Update"), delete: t("Deletion"), undo: t("Undo") };
  return words[kindOf(job)] ?? (job.retry_of ? t("Retry") : null);
}

export function cell(label, content, className) {
  return make("td", { role: "cell", "data-label": label, class: className }, content ?? make("span", { class: "nothing" }, "–"));
}

function stateOf(job) {
  const told = make("span", { class: "state" }, badge(job));
  if (job.state === "provisioning" && job.rows) {
    told.append(make("span", { class: "percent" }, t("{percent} %", { percent: Math.floor((100 * (job.processed ?? 0)) / job.rows) })));
  }
  return told;
}

function fileOf(job) {
  const link = make("a", { class: "file-name", href: `/event-logs/${job.job_id}` }, make("bdi", {}, shown(job.filename || t("Unnamed file"))));
  const kind = kindWord(job);
  return kind ? make("span", {}, link, make("span", { class: "kind" }, kind)) : link;
}

export function jobRow(job) {
  const figure = (value) => (value === null || value === undefined ? null : number(value));
  return make(
    "tr",
    { role: "row", "data-job": job.job_id, "data-running": hasEnded(job) ? null : "" },
    cell(t("When"), job.submitted_at && time(job.submitted_at), "when wide-2"),
    cell(t("Who"), job.submitted_by && make("bdi", {}, shown(job.submitted_by)), "who"),
    cell(t("File"), fileOf(job), "wide"),
    cell(t("Rows"), figure(job.rows), "number"),
    cell(t("Done"), figure(done(job)), "number"),
    cell(t("Failed"), figure(job.failed), "number"),
    cell(t("State"), stateOf(job), "wide"),
  );
}
