/** The rows of a job that failed, a page at a time: the line, the Seat that the row is about, and the reason. */

import { Trouble, ask, explain } from "./api.js";
import { announce, copy, fill, find, make } from "./dom.js";
import { t, tn } from "./i18n.js";
import { cell } from "./job-row.js";
import { kindOf } from "./kind-words.js";
import { failedSeats } from "./row-seats.js";
import { showTrouble } from "./trouble.js";
import { number, shown } from "./words.js";

const PAGE = 100;

function nameOf(seat) {
  if (!seat) return null;
  const name = make("bdi", {}, shown(seat.name));
  return seat.href ? make("a", { href: seat.href }, name) : name;
}

function row(outcome, seat) {
  return make(
    "tr",
    { role: "row" },
    cell(t("Line"), number(outcome.line), "number"),
    cell(t("Seat"), nameOf(seat)),
    cell(t("Reason"), outcome.reason && make("bdi", {}, shown(outcome.reason))),
  );
}

/** Fill the card of the page with the failed rows of a job that has ended. */
export async function showFailedRows(job, card) {
  const more = find("[data-do]", card);
  const place = find('[data-slot="outcomes"]', card);
  const table = copy("failed-table");
  const body = find("tbody", table);
  const title = find("h2", card);
  const seats = failedSeats(job);
  let cursor = null;
  let told = 0;

  async function page() {
    try {
      const { body: answer } = await ask(`/jobs/${job.job_id}/outcomes?type=failed&limit=${PAGE}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
      const named = await seats(answer.outcomes, told);
      body.append(...answer.outcomes.map((outcome, index) => row(outcome, named[index])));
      told += answer.outcomes.length;
      cursor = answer.next_cursor;
      more.hidden = cursor === null;
      if (!table.isConnected) place.replaceChildren(table);
      const words = told < job.failed ? t("The first {rows} of {total}", { rows: told, total: job.failed }) : tn("{n} row", "{n} rows", told);
      fill(card, { shown: words });
      return words;
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      return showTrouble(place, explain(error), page);
    }
  }

  more.addEventListener("click", async () => announce((await page()) ?? ""));
  if (kindOf(job) === "undo") title.textContent = title.dataset.undo;
  card.hidden = false;
  await page();
}
