/** What an update would change, value by value, before it is begun. */

import { Trouble, ask, explain } from "./api.js";
import { announce, copy, fill, find, make } from "./dom.js";
import { t, tn } from "./i18n.js";
import { cell } from "./job-row.js";
import { seatsById } from "./row-seats.js";
import { showTrouble } from "./trouble.js";
import { shown } from "./words.js";

const PAGE = 100;

const labelOf = (column) => find("#column-labels").content.querySelector(`[data-column="${CSS.escape(column)}"]`)?.textContent ?? column;

const quiet = (words) => make("span", { class: "nothing" }, words);

/** A value as it is; of a secret neither is told. */
function values({ before, after }) {
  if (before === null && after === null) return [quiet(t("hidden")), quiet(t("hidden"))];
  const told = (value, none) => (value === null || value === "" ? quiet(none) : make("bdi", {}, shown(value)));
  return [told(before, t("empty")), told(after, t("cleared"))];
}

/** The first change of a Seat names it; those below it need not. */
function row(change, seat, isFirst) {
  const [now, then] = values(change);
  const link = make("a", { href: `/seats/${change.user_id}`, target: "_blank", rel: "noopener" }, make("bdi", {}, shown(seat?.name ?? change.user_id)));
  return make(
    "tr",
    { role: "row", class: isFirst ? "first" : "more" },
    cell(t("Seat"), isFirst ? link : make("span", { class: "unseen" }, shown(seat?.name ?? change.user_id)), "seat"),
    cell(t("Column"), labelOf(change.column)),
    cell(t("Now"), now, "before"),
    cell(t("Then"), then, "after"),
  );
}

/** Show the changes of a checked update in `place`, a page at a time. */
export function preview(job, place) {
  if (!job.change_count) return;
  const view = copy("changes");
  const rows = find("tbody", view);
  const more = find("button", view);
  let cursor = null;
  let last = null;

  async function page() {
    try {
      const { body } = await ask(`/jobs/${job.job_id}/changes?limit=${PAGE}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
      const known = await seatsById([...new Set(body.changes.map((change) => change.user_id))]);
      for (const change of body.changes) {
        rows.append(row(change, known.get(change.user_id), change.user_id !== last));
        last = change.user_id;
      }
      cursor = body.next_cursor;
      more.hidden = cursor === null;
      const words = told(rows.childElementCount, cursor === null);
      fill(view, { shown: words });
      return words;
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      return showTrouble(place, explain(error), () => preview(job, place));
    }
  }

  function told(n, isLast) {
    if (n >= job.change_count) return tn("{n} value", "{n} values", n);
    if (isLast) return t("The first {rows} of {total}: the others are counted, but not listed", { rows: n, total: job.change_count });
    return t("The first {rows} of {total}", { rows: n, total: job.change_count });
  }

  more.addEventListener("click", async () => announce((await page()) ?? ""));
  place.replaceChildren(view);
  page();
}
