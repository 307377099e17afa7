/** What became of the Seats that were to be undone, in numbers: undone, kept because edited, gone already. */

import { Trouble, ask } from "./api.js";
import { copy, fill, find } from "./dom.js";
import { number } from "./words.js";

/** Why a Seat was left as it is, by the code of the row's outcome. */
const KEPT = "seat_edited";
const GONE = "seat_gone";

const MOST_AT_ONCE = 500;

/** How often each code occurs among the rows that failed. Rejects with `Trouble`. */
async function counted(jobId) {
  const times = new Map();
  let at = "";
  do {
    const { body } = await ask(`/jobs/${jobId}/outcomes?type=failed&limit=${MOST_AT_ONCE}${at}`);
    for (const { code } of body.outcomes) times.set(code, (times.get(code) ?? 0) + 1);
    at = body.next_cursor && `&cursor=${encodeURIComponent(body.next_cursor)}`;
  } while (at);
  return times;
}

/** Put the groups in place of the `plain` counts. Where they can't be had these stay: the rows tell each one. */
export async function showUndoCounts(job, plain) {
  try {
    const times = await counted(job.job_id);
    const [kept, gone] = [KEPT, GONE].map((code) => times.get(code) ?? 0);
    const other = job.failed - kept - gone;
    const groups = copy("undo-groups");
    fill(groups, { undone: number(job.deleted), kept: number(kept), gone: number(gone), other: number(other) });
    find('[data-group="other"]', groups).hidden = other === 0;
    plain.replaceWith(groups);
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
  }
}
