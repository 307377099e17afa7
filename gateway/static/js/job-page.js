/** The page of one job: live while it runs; then its result with what can be done, failed rows, problems, timeline. */

import { copy, find } from "./dom.js";
import { guard } from "./download.js";
import { showFailedRows } from "./failed-rows.js";
import { t } from "./i18n.js";
import { jobActions } from "./job-actions.js";
import { factsOf } from "./job-facts.js";
import { kindWord } from "./job-row.js";
import { jobView } from "./job-view.js";
import { kindOf } from "./kind-words.js";
import { showLineage } from "./lineage.js";
import { titled } from "./page-title.js";
import { problemsView } from "./problems.js";
import { badge } from "./states.js";
import { showTimeline } from "./timeline.js";
import { showUndoCounts } from "./undo-counts.js";
import { hasEnded, watch } from "./watch.js";
import { shown } from "./words.js";

const PAGE = 100;

const jobId = find("#job").dataset.job;
const foot = find("#view-foot");
let lastState = null;
let lineage = "";
const view = jobView(find("#view"), foot, { place: "page" });

function head(job) {
  const name = shown(job.filename || t("Unnamed file"));
  if (find("#filename").textContent !== name) {
    find("#filename").textContent = name;
    titled(null);
    document.title = `${name} · Bulk Manager`;
  }
  const fresh = badge(job);
  fresh.id = "state";
  find("#state").replaceWith(fresh);
  find("#kind").textContent = kindWord(job) ?? t("Creation");
}

function facts(job) {
  find("#facts").replaceChildren(...factsOf(job));
  find("#facts-card").hidden = false;
}

function timeline() {
  find("#timeline-card").hidden = false;
  showTimeline(jobId, find("#timeline"));
}

/** The jobs around this one. They hardly ever change while the page is open. */
function family(job) {
  const now = JSON.stringify([job.retry_of, job.undo_of, job.children]);
  if (now !== lineage) showLineage(job, find("#lineage"));
  lineage = now;
}

function ended(job) {
  if (job.state === "checked") return foot.replaceChildren();
  const { first, last, undo } = jobActions(job, find("#view-trouble"));
  foot.prepend(...first);
  foot.append(...last);
  find("#undo").replaceChildren(...undo);
  // A file that was to change Seats is corrected where such files are uploaded.
  const again = foot.querySelector('a[href$="#upload"]');
  if (again && kindOf(job) === "update") again.href = "/seats#update";
  else if (again && kindOf(job) !== "create") again.remove();
  if (kindOf(job) === "undo" && job.failed) showUndoCounts(job, find("#view .counts"));
  if (job.failed) showFailedRows(job, find("#outcomes-card"));
  if (job.problems) problems(job);
  return undefined;
}

function problems(job) {
  const annotated = copy("foot-annotated");
  annotated.href = `/api/v1/jobs/${jobId}/annotated.csv`;
  guard(annotated, find("#view-trouble"));
  foot.insertBefore(annotated, foot.children[1] ?? null);
  find("#problems-card").hidden = false;
  problemsView(job, find('#problems-card [data-slot="problems"]'), { limit: PAGE });
}

function changed(job) {
  head(job);
  facts(job);
  family(job);
  if (view.show(job)) view.focus();
  if (job.state !== lastState) timeline();
  lastState = job.state;
  if (hasEnded(job)) ended(job);
}

watch(jobId, {
  onJob: changed,
  onTrouble: (trouble) => view.trouble(trouble),
  onGone() {
    find("#filename").textContent = t("No such job");
    view.gone();
  },
});
