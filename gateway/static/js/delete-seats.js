/** Deleting Seats: asked once more, then a job of its own, whose page shows what became of each. */

import { ask } from "./api.js";
import { confirm } from "./confirm.js";
import { make } from "./dom.js";
import { t, tn } from "./i18n.js";
import { newKey } from "./pending.js";

/** From so many on the number has to be typed. */
const PROVEN_FROM = 50;
const NAMES_SHOWN = 5;

/** A big deletion is written down whole before it is answered. */
const PATIENCE_MS = 180_000;

/**
 * @param {{n: number, names?: string[], what: {user_ids: string[]} | {q: string}}} asked how many, those of them whose
 *   names are known, and how the API is told which
 */
export function deleteSeats({ n, names = [], what }) {
  const key = newKey();
  const rest = n - Math.min(names.length, NAMES_SHOWN);
  const list = make("ul", { class: "names" }, ...names.slice(0, NAMES_SHOWN).map((name) => make("li", {}, make("bdi", {}, name))));
  if (names.length && rest) list.append(make("li", { class: "quiet-line" }, tn("and {n} more", "and {n} more", rest)));
  confirm({
    title: tn("Delete {n} Seat?", "Delete {n} Seats?", n),
    text: [
      ...(names.length ? [list] : []),
      t("This can’t be undone. Their extensions, phone numbers and devices become free. An export made before keeps their data, all but passwords and PINs."),
    ],
    keep: tn("Keep the Seat", "Keep the Seats", n),
    go: tn("Delete {n} Seat", "Delete {n} Seats", n),
    proof: n >= PROVEN_FROM ? n : undefined,
    async doIt() {
      const { body } = await ask("/seats/delete", { method: "POST", json: what, headers: { "Idempotency-Key": key }, patience: PATIENCE_MS });
      location.assign(`/event-logs/${body.job_id}`);
    },
  });
}
