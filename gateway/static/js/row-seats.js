/** Which Seat a failed row is about: told by the row itself, or by its User ID. */

import { parse } from "./delimited.js";
import { filesOf } from "./seats-csv.js";
import { text } from "./text.js";

/** In files longer than this looking for the failed rows takes longer than anybody waits for their names. */
const MOST_ROWS = 50_000;

/** The rows of a CSV as objects by the names of their columns. */
function objects(csv) {
  const { rows: [header = [], ...rows] } = parse(csv);
  return rows.map((row) => Object.fromEntries(header.map((name, at) => [name, row[at] ?? ""])));
}

function nameOf({ firstname = "", lastname = "", email = "", extension = "" }) {
  const name = `${firstname} ${lastname}`.trim() || email;
  return extension && name ? `${name} (${extension})` : name || extension;
}

/** The Seats with these User IDs that there are, by these. Rejects with `Trouble`. */
export async function seatsById(userIds) {
  const found = new Map();
  for (const file of filesOf(userIds)) {
    for (const seat of objects(await text(file))) found.set(seat.user_id, { name: nameOf(seat), href: `/seats/${seat.user_id}` });
  }
  return found;
}

/**
 * @returns {(outcomes: object[], skipped: number) => Promise<({name: string, href?: string} | undefined)[]>}
 *   for a page of failed outcomes that has `skipped` before it: what each is about, where that can be told
 */
export function failedSeats(job) {
  let rows = null;

  return async (outcomes, skipped) => {
    // Rows that were not processed stand between the failed ones: which is which can't be told then.
    if (job.rows > MOST_ROWS || job.not_processed) return [];
    try {
      rows ??= objects(await text(`/jobs/${job.job_id}/failed.csv`));
      const these = rows.slice(skipped, skipped + outcomes.length);
      const known = await seatsById([...new Set(these.map((row) => row.user_id).filter(Boolean))]);
      return these.map((row) => known.get(row.user_id) ?? { name: nameOf(row) || row.user_id });
    } catch {
      return []; // it only adds to the reasons
    }
  };
}
