/** The tables of problems and of failed rows, a page at a time. */

import { ask } from "./api.js";
import { copy, find, make } from "./dom.js";
import { t } from "./i18n.js";
import { number, shown } from "./words.js";

function cell(label, content, className) {
  const inner = content === null || content === undefined || content === "" ? make("span", { class: "nothing" }, "–") : content;
  return make("td", { role: "cell", "data-label": label, class: className }, inner);
}

/** What is wrong, and below it what was probably meant, unless the message says so itself. */
function wrong({ message, suggestion }) {
  const told = make("span", {}, make("bdi", {}, shown(message)));
  if (suggestion && !message.includes(suggestion)) {
    told.append(make("span", { class: "meant" }, `${t("Did you mean this?")} `, make("code", {}, make("bdi", {}, shown(suggestion)))));
  }
  return told;
}

function problemRow({ line, column, message, value, suggestion }) {
  return make(
    "tr",
    { role: "row" },
    cell(t("Line"), number(line), "number"),
    cell(t("Column"), column && make("code", {}, shown(column))),
    cell(t("Value"), value && make("code", {}, make("bdi", {}, shown(value)))),
    cell(t("Problem"), wrong({ message, suggestion })),
  );
}

function outcomeRow({ line, reason }) {
  return make("tr", { role: "row" }, cell(t("Line"), number(line), "number"), cell(t("Reason"), reason && make("bdi", {}, shown(reason))));
}

const LISTS = {
  problems: { path: "problems?", table: "problems-table", row: problemRow },
  outcomes: { path: "outcomes?type=failed&", table: "outcomes-table", row: outcomeRow },
};

/**
 * A list of a job, "problems" or "outcomes" (its failed rows). `more()` fetches the next page into the table that it
 * puts in `place`, and resolves to {body, shownRows, last}. It rejects with `Trouble`. `filter` goes into the question.
 */
export function listOf(jobId, kind, place, { limit, scrolls = false, filter = {} }) {
  const { path, table, row } = LISTS[kind];
  const box = copy(table);
  const rows = find("tbody", box);
  box.classList.toggle("scrolls", scrolls);
  if (!scrolls) for (const name of ["role", "aria-label", "tabindex"]) box.removeAttribute(name);
  let cursor = null;

  return {
    async more() {
      const asked = new URLSearchParams({ ...filter, limit: String(limit), ...(cursor === null ? {} : { cursor }) });
      const { body } = await ask(`/jobs/${jobId}/${path}${asked}`);
      rows.append(...body[kind].map(row));
      if (!box.isConnected) place.replaceChildren(box);
      cursor = body.next_cursor ?? null;
      return { body, shownRows: rows.childElementCount, last: cursor === null };
    },
  };
}
