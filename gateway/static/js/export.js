/** Chosen Seats as a CSV that can be uploaded again. */

import { Trouble, explain } from "./api.js";
import { guard } from "./download.js";
import { save, text } from "./text.js";
import { showTrouble } from "./trouble.js";

/** User IDs that fit into one question. */
const AT_ONCE = 200;

const address = (userIds) => `/seats.csv?${new URLSearchParams(userIds.map((id) => ["user_id", id]))}`;

/** Where all Seats are had that a search finds. */
const allOf = (q) => `/seats.csv${q ? `?${new URLSearchParams({ q })}` : ""}`;

/** More Seats than fit into one question, as one text: the header stands in it once. Rejects with `Trouble`. */
async function joined(userIds) {
  const parts = [];
  for (let at = 0; at < userIds.length; at += AT_ONCE) {
    const part = await text(address(userIds.slice(at, at + AT_ONCE)));
    parts.push(at ? part.slice(part.indexOf("\n") + 1) : part);
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
    link.href = `/api/v1${userIds ? address(userIds.slice(0, AT_ONCE)) : allOf(q)}`;
  };
}
