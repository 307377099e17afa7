/** What happened in a job and when. */

import { Trouble, ask, explain } from "./api.js";
import { make } from "./dom.js";
import { tn } from "./i18n.js";
import { showTrouble } from "./trouble.js";
import { shown, time } from "./words.js";

/** With so many chunks or more the timeline folds them into one line. */
const FOLD_FROM = 6;

const entry = (event) => make("li", {}, time(event.occurred_at, true), make("bdi", {}, shown(event.text)));

/** The events as items of a list; where a big file has many chunks, these as one item that can be opened. */
function entries(events) {
  const chunks = events.filter(({ type }) => type.startsWith("seats.provisioned"));
  if (chunks.length < FOLD_FROM) return events.map(entry);
  const summary = make("summary", {}, tn("{n} chunk of rows, one by one", "{n} chunks of rows, one by one", chunks.length));
  const folded = make("li", {}, time(chunks[0].occurred_at, true), make("details", {}, summary, make("ol", {}, ...chunks.map(entry))));
  return events.filter((event) => event === chunks[0] || !chunks.includes(event)).map((event) => (event === chunks[0] ? folded : entry(event)));
}

/** Fill `list` with the job's events as they are now. */
export async function showTimeline(jobId, list) {
  try {
    const { body } = await ask(`/jobs/${jobId}/events`);
    list.replaceChildren(...entries(body.events));
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    const place = make("li", {});
    showTrouble(place, explain(error), () => showTimeline(jobId, list));
    list.replaceChildren(place);
  }
}
