/** Event Logs: the account's jobs, filtered, a page at a time, and kept fresh while any of them runs. */

import { Trouble, ask, explain } from "./api.js";
import { announce, find, make } from "./dom.js";
import { t, tn } from "./i18n.js";
import { badge } from "./states.js";
import { showTrouble } from "./trouble.js";
import { hasEnded } from "./watch.js";
import { number, shown, time } from "./words.js";

const PAGE = 50;
const TYPING_MS = 250;
const FRESH_MS = 2_000;
const LONGEST_MS = 10_000;

const form = find("#filters");
const rows = find("#jobs tbody");
const older = find("#older");
/** Which question is on its way: answers to earlier ones are thrown away. */
let turn = 0;
let cursor = null;
let fresh = { timer: 0, wait: FRESH_MS };

function cell(label, content, className) {
  return make("td", { role: "cell", "data-label": label, class: className }, content ?? make("span", { class: "nothing" }, "–"));
}

function row(job) {
  const file = make("a", { class: "file-name", href: `/event-logs/${job.job_id}` }, make("bdi", {}, shown(job.filename || t("Unnamed file"))));
  const figure = (value) => (value === null || value === undefined ? null : number(value));
  const element = make(
    "tr",
    { role: "row", "data-job": job.job_id, "data-running": hasEnded(job) ? null : "" },
    cell(t("When"), job.submitted_at && time(job.submitted_at), "when wide-2"),
    cell(t("Who"), job.submitted_by && make("bdi", {}, shown(job.submitted_by)), "who"),
    cell(t("File"), file, "wide"),
    cell(t("Rows"), figure(job.rows), "number"),
    cell(t("Created"), figure(job.created), "number"),
    cell(t("Failed"), figure(job.failed), "number"),
    cell(t("State"), badge(job.state), "wide"),
  );
  return element;
}

function query(at) {
  const asked = new URLSearchParams({ limit: String(PAGE) });
  for (const [name, value] of new FormData(form)) if (value) asked.set(name, String(value));
  if (at) asked.set("cursor", at);
  return asked;
}

function filtered() {
  return [...new FormData(form).values()].some(Boolean);
}

function showAs(kind) {
  find("#jobs").hidden = kind !== "rows";
  find("#empty-all").hidden = kind !== "empty-all";
  find("#empty-filtered").hidden = kind !== "empty-filtered";
}

async function load(at) {
  const mine = (turn += 1);
  clearTimeout(fresh.timer);
  try {
    const { body } = await ask(`/jobs?${query(at)}`);
    if (mine !== turn) return;
    showTrouble(find("#list-trouble"), null);
    if (at) rows.append(...body.jobs.map(row));
    else rows.replaceChildren(...body.jobs.map(row));
    cursor = body.next_cursor ?? null;
    older.hidden = cursor === null;
    showAs(rows.childElementCount ? "rows" : filtered() ? "empty-filtered" : "empty-all");
    fresh.wait = FRESH_MS;
    keepFresh();
  } catch (error) {
    if (mine === turn) showTrouble(find("#list-trouble"), explain(error), () => load(at));
  }
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
    if (mine !== turn) return;
    showTrouble(find("#list-trouble"), null);
    merge(body.jobs);
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    if (mine === turn) showTrouble(find("#list-trouble"), { ...explain(error), again: false });
  }
  if (mine === turn) keepFresh();
}

function merge(jobs) {
  const focused = document.activeElement?.closest("tr")?.dataset.job;
  const known = new Map([...rows.children].map((element) => [element.dataset.job, element]));
  const added = [];
  for (const job of jobs) {
    const old = known.get(job.job_id);
    if (old) old.replaceWith(row(job));
    else added.push(row(job));
  }
  rows.prepend(...added);
  if (focused) rows.querySelector(`[data-job="${focused}"] a`)?.focus({ preventScroll: true });
}

async function changed() {
  const asked = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
  history.replaceState(null, "", asked.size ? `?${asked}` : location.pathname);
  await load(null);
  const n = rows.childElementCount;
  const told = cursor ? tn("{n} job, and older ones", "{n} jobs, and older ones", n) : tn("{n} job", "{n} jobs", n);
  announce(find("#list-trouble").childElementCount ? "" : told);
}

let typing = 0;
form.addEventListener("input", ({ target }) => {
  clearTimeout(typing);
  typing = setTimeout(changed, target.type === "search" ? TYPING_MS : 0);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(typing);
  changed();
});
older.addEventListener("click", async () => {
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
