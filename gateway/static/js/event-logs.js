/** Event Logs: the account's jobs, filtered and sorted, a page at a time, and kept fresh while any of them runs. */

import { Trouble, ask, explain } from "./api.js";
import { announce, find, make } from "./dom.js";
import { tn } from "./i18n.js";
import { filters } from "./job-filters.js";
import { jobRow } from "./job-row.js";
import { showTrouble } from "./trouble.js";

const PAGE = 50;
const TYPING_MS = 250;
const FRESH_MS = 2_000;
const LONGEST_MS = 10_000;
/** Jobs that are asked for one by one. */
const MOST_ASKED = 5;

const form = find("#filters");
const filter = filters(form);
const rows = find("#jobs tbody");
const more = find("#more");
/** Which question is on its way: answers to earlier ones are thrown away. */
let turn = 0;
let cursor = null;
let fresh = { timer: 0, wait: FRESH_MS };

function query(at) {
  const asked = filter.question();
  asked.set("limit", String(PAGE));
  if (at) asked.set("cursor", at);
  return asked;
}

function showAs(kind) {
  find("#jobs").hidden = kind !== "rows";
  find("#empty-all").hidden = kind !== "empty-all";
  find("#empty-filtered").hidden = kind !== "empty-filtered";
  find("#clear").hidden = !filter.isNarrowed() || kind === "empty-filtered";
  find("#told").textContent = kind === "rows" && filter.isNarrowed() ? counted() : "";
}

function counted() {
  const n = rows.childElementCount;
  return cursor ? tn("{n} job, and more", "{n} jobs, and more", n) : tn("{n} job", "{n} jobs", n);
}

async function load(at) {
  const mine = (turn += 1);
  clearTimeout(fresh.timer);
  try {
    const { body } = await ask(`/jobs?${query(at)}`);
    if (mine !== turn) return;
    showTrouble(find("#list-trouble"), null);
    if (at) rows.append(...body.jobs.map(jobRow));
    else rows.replaceChildren(...body.jobs.map(jobRow));
    cursor = body.next_cursor ?? null;
    more.hidden = cursor === null;
    showAs(rows.childElementCount ? "rows" : filter.isNarrowed() ? "empty-filtered" : "empty-all");
    suggestPeople(body.jobs);
    fresh.wait = FRESH_MS;
    keepFresh();
  } catch (error) {
    if (mine === turn) showTrouble(find("#list-trouble"), explain(error), () => load(at));
  }
}

/** Whoever was seen in the list can be chosen in the filter. */
function suggestPeople(jobs) {
  const known = new Set([...find("#people").children].map((option) => option.value));
  const seen = new Set(jobs.map((job) => job.submitted_by).filter((name) => name && !known.has(name)));
  find("#people").append(...[...seen].map((value) => make("option", { value })));
}

/** While a job runs, its row is brought up to date, and jobs that came meanwhile are put on top. */
function keepFresh() {
  clearTimeout(fresh.timer);
  if (document.hidden || !rows.querySelector("[data-running]")) return;
  fresh.timer = setTimeout(refresh, fresh.wait);
  fresh.wait = Math.min(fresh.wait * 1.3, LONGEST_MS);
}

async function refresh() {
  const mine = turn;
  try {
    const { body } = await ask(`/jobs?${query(null)}`);
    const others = await goneOn(body.jobs);
    if (mine !== turn) return;
    showTrouble(find("#list-trouble"), null);
    merge([...body.jobs, ...others]);
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    if (mine === turn) showTrouble(find("#list-trouble"), { ...explain(error), again: false });
  }
  if (mine === turn) keepFresh();
}

/** Jobs that run by the list, but have left what it asks for: they have come to another state, or stand on a later page. */
async function goneOn(jobs) {
  const told = new Set(jobs.map((job) => job.job_id));
  const left = [...rows.querySelectorAll("[data-running]")].map((row) => row.dataset.job).filter((id) => !told.has(id));
  const answers = await Promise.all(left.slice(0, MOST_ASKED).map((id) => ask(`/jobs/${id}`)));
  return answers.map(({ body }) => body);
}

function merge(jobs) {
  const focused = document.activeElement?.closest("tr")?.dataset.job;
  const known = new Map([...rows.children].map((element) => [element.dataset.job, element]));
  const added = [];
  for (const job of jobs) {
    const old = known.get(job.job_id);
    if (old) old.replaceWith(jobRow(job));
    else added.push(jobRow(job));
  }
  // In another order nobody knows where a new job belongs: it comes with the next question.
  if (filter.isNewestFirst()) rows.prepend(...added);
  if (focused) rows.querySelector(`[data-job="${focused}"] a`)?.focus({ preventScroll: true });
}

async function changed() {
  const asked = filter.asked();
  history.replaceState(null, "", asked.size ? `?${asked}` : location.pathname);
  await load(null);
  announce(find("#list-trouble").childElementCount ? "" : counted());
}

let typing = 0;
form.addEventListener("input", ({ target }) => {
  clearTimeout(typing);
  typing = setTimeout(changed, target.matches("select, [type=date]") ? 0 : TYPING_MS);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(typing);
  changed();
});
more.addEventListener("click", async () => {
  const before = rows.childElementCount;
  await load(cursor);
  rows.children[before]?.querySelector("a").focus();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return clearTimeout(fresh.timer);
  fresh.wait = FRESH_MS;
  return rows.querySelector("[data-running]") ? refresh() : undefined;
});
load(null);
