/** The tables of problems and of failed rows, a page at a time. */

import { ask } from "./api.js";
import { copy, find, make } from "./dom.js";
import { t } from "./i18n.js";
import { number, shown } from "./words.js";

function cell(label, content, className) {
  const inner = content === null || content === undefined || content === "" ? make("span", { class: "nothing" }, "–") : content;
  return make("td", { role: "cell", "data-label": label, class: className }, inner);
}

function problemRow({ line, column, message, value }) {
  return make(
    "tr",
    { role: "row" },
    cell(t("Line"), number(line), "number"),
    cell(t("Column"), column && make("code", {}, shown(column))),
    cell(t("Problem"), make("bdi", {}, shown(message))),
    cell(t("Value"), value && make("code", {}, make("bdi", {}, shown(value)))),
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
 * puts in `place`, and resolves to {body, shownRows, last}. It rejects with `Trouble`.
 */
export function listOf(jobId, kind, place, { limit, scrolls = false }) {
  const { path, table, row } = LISTS[kind];
  const box = copy(table);
  const rows = find("tbody", box);
  box.classList.toggle("scrolls", scrolls);
  if (!scrolls) for (const name of ["role", "aria-label", "tabindex"]) box.removeAttribute(name);
  let cursor = null;

  return {
    async more() {
      const at = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const { body } = await ask(`/jobs/${jobId}/${path}limit=${limit}${at}`);
      rows.append(...body[kind].map(row));
      if (!box.isConnected) place.replaceChildren(box);
      cursor = body.next_cursor ?? null;
      return { body, shownRows: rows.childElementCount, last: cursor === null };
    },
  };
}

/** The kinds of problems with how often each occurs, the most frequent first, as list items. */
export function kinds(byCode) {
  const titles = new Map([...find("#problem-kinds").content.children].map((kind) => [kind.dataset.code, kind.textContent]));
  return Object.entries(byCode ?? {})
    .sort(([, a], [, b]) => b - a)
    .map(([code, times]) => make("li", {}, make("b", {}, number(times)), ` × ${titles.get(code) ?? code}`));
}
