/** The page of one job: live while it runs; then facts, timeline, problems, failed rows and downloads. */

import { Trouble, ask, explain } from "./api.js";
import { fill, find, make } from "./dom.js";
import { t, tn } from "./i18n.js";
import { jobView } from "./job-view.js";
import { badge } from "./states.js";
import { kinds, listOf } from "./tables.js";
import { showTrouble } from "./trouble.js";
import { hasEnded, watch } from "./watch.js";
import { duration, number, shown, time } from "./words.js";

const PAGE = 100;

const jobId = find("#job").dataset.job;
let lastState = null;
const view = jobView(find("#view"), null, { place: "page" });

function fact(name, value, className) {
  return make("div", { class: className }, make("dt", {}, name), make("dd", {}, value));
}

function facts(job) {
  const figure = (value) => (value === null || value === undefined ? "–" : number(value));
  const list = [
    fact(t("Rows"), figure(job.rows)),
    fact(t("Created"), figure(job.created)),
    fact(t("Failed"), figure(job.failed)),
    fact(t("Not processed"), figure(job.not_processed)),
    fact(t("Problems"), figure(job.problems)),
    job.submitted_by && fact(t("Submitted by"), make("bdi", {}, shown(job.submitted_by))),
    job.submitted_at && fact(t("Submitted"), time(job.submitted_at, true)),
    job.finished_at && fact(t("Finished"), time(job.finished_at, true)),
    job.finished_at && job.submitted_at && fact(t("Took"), duration(job.submitted_at, job.finished_at)),
    job.template_version && fact(t("Template"), t("Version {version}", { version: String(job.template_version) })),
    fact(t("Job number"), make("code", {}, job.job_id), "wide"),
  ];
  find("#facts").replaceChildren(...list.filter(Boolean));
  find("#facts-card").hidden = false;
}

function head(job) {
  const name = shown(job.filename || t("Unnamed file"));
  find("#filename").textContent = name;
  document.title = `${name} · Bulk Manager`;
  const fresh = badge(job.state);
  fresh.id = "state";
  find("#state").replaceWith(fresh);
}

/** With so many chunks or more the timeline folds them into one line. */
const FOLD_FROM = 6;

const entry = (event) => make("li", {}, time(event.occurred_at, true), make("bdi", {}, shown(event.text)));

/** The events as items of a list; where a big file has many chunks, these as one item that can be opened. */
function entries(events) {
  const chunks = events.filter(({ type }) => type.startsWith("seats.provisioned"));
  if (chunks.length < FOLD_FROM) return events.map(entry);
  const folded = make(
    "li",
    {},
    time(chunks[0].occurred_at, true),
    make("details", {}, make("summary", {}, tn("{n} chunk of rows, one by one", "{n} chunks of rows, one by one", chunks.length)), make("ol", {}, ...chunks.map(entry))),
  );
  return events.filter((event) => event === chunks[0] || !chunks.includes(event)).map((event) => (event === chunks[0] ? folded : entry(event)));
}

async function timeline() {
  const list = find("#timeline");
  find("#timeline-card").hidden = false;
  try {
    const { body } = await ask(`/jobs/${jobId}/events`);
    list.replaceChildren(...entries(body.events));
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    const place = make("li", {});
    showTrouble(place, explain(error), timeline);
    list.replaceChildren(place);
  }
}

/** The card of the problems or of the failed rows, with a button for the next page of them. */
function card(kind, total) {
  const root = find(`#${kind}-card`);
  const button = find(`[data-do="more-${kind}"]`, root);
  const place = find(`[data-slot="${kind}"]`, root);
  const list = listOf(jobId, kind, place, { limit: PAGE });
  root.hidden = false;

  async function more() {
    try {
      const { body, shownRows, last } = await list.more();
      button.hidden = last;
      fill(root, { [`${kind}-shown`]: told(kind, shownRows, total, last) });
      if (kind === "problems") find('[data-slot="kinds"]', root).replaceChildren(...kinds(body.problems_by_code));
    } catch (error) {
      showTrouble(place, explain(error), more);
    }
  }
  button.addEventListener("click", more);
  return more();
}

function told(kind, rows, total, last) {
  if (rows >= total) return kind === "problems" ? tn("{n} problem", "{n} problems", total) : tn("{n} row", "{n} rows", total);
  const parts = { rows, total };
  return last && kind === "problems" ? t("{rows} of {total}; the others are counted, not listed", parts) : t("{rows} of {total}", parts);
}

function changed(job) {
  head(job);
  facts(job);
  if (view.show(job)) view.focus();
  if (job.state !== lastState) timeline();
  lastState = job.state;
  if (!hasEnded(job)) return;
  if (job.problems) card("problems", job.problems);
  if (job.failed) card("outcomes", job.failed);
}

watch(jobId, {
  onJob: changed,
  onTrouble: (trouble) => view.trouble(trouble),
  onGone() {
    find("#filename").textContent = t("No such job");
    view.gone();
  },
});
