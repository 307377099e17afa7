/** Chosen Seats as a CSV that can be uploaded again. */

import { Trouble, explain } from "./api.js";
import { guard } from "./download.js";
import { AT_ONCE, fileOf, fileOfAll, filesOf } from "./seats-csv.js";
import { save, text } from "./text.js";
import { showTrouble } from "./trouble.js";

/** More Seats than fit into one file of the API, as one text: the header stands in it once. Rejects with `Trouble`. */
async function joined(userIds) {
  const parts = [];
  for (const file of filesOf(userIds)) {
    const part = await text(file);
    parts.push(parts.length ? part.slice(part.indexOf("\n") + 1) : part);
  }
  return parts.join("");
}

/**
 * Make `link` give the Seats that `chosen()` tells when it is pressed.
 * @param {() => {userIds: string[] | null, q: string}} chosen `userIds` null: all that the search `q` finds
 * @returns {() => void} to be called when the choice has changed
 */
export function exportLink(link, trouble, chosen) {
  async function saveJoined(event) {
    const { userIds } = chosen();
    if (!userIds || userIds.length <= AT_ONCE) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    try {
      save(await joined(userIds), "seats.csv");
      showTrouble(trouble, null);
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      showTrouble(trouble, explain(error), () => link.click());
    }
  }

  link.addEventListener("click", saveJoined);
  guard(link, trouble);
  return () => {
    const { userIds, q } = chosen();
    link.href = `/api/v1${userIds ? fileOf(userIds.slice(0, AT_ONCE)) : fileOfAll(q)}`;
  };
}
