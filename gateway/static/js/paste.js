/** Rows that were copied in a spreadsheet and are pasted here, made into a file that is uploaded like any other. */

import { ask, explain } from "./api.js";
import { copy, fill, find, make } from "./dom.js";
import { isHeader, parse } from "./delimited.js";
import { t, tn } from "./i18n.js";
import { pasteBox } from "./paste-box.js";
import { showTrouble } from "./trouble.js";
import { shown } from "./words.js";

const ROWS_SHOWN = 4;
const MOST_COLUMNS_SHOWN = 12;

/** The template's columns, in its order, are taken for rows without a header. */
function headed(text, delimiter, rows, template) {
  // Not Math.max(...widths): a call has no room for a hundred thousand arguments.
  const width = rows.reduce((widest, row) => Math.max(widest, row.length), 0);
  const names = template.columns.slice(0, width).map(({ name }) => name);
  return `${names.join(delimiter)}\n${text.replace(/^\s*[\r\n]+/, "")}`;
}

const row = (texts, cell) => make("tr", { role: "row" }, ...texts.slice(0, MOST_COLUMNS_SHOWN).map(cell));

const headRow = (texts) => row(texts, (text) => make("th", { scope: "col", role: "columnheader" }, make("bdi", {}, shown(text))));

/** A row of values, each with the name of its column for screens that are too narrow for a table. */
const bodyRow = (texts, names) =>
  row(texts, (text, at) => make("td", { role: "cell", "data-label": shown(names[at] ?? "") }, make("bdi", {}, shown(text))));

/**
 * The form in `place`. `onFile` is given the file that it makes.
 * @returns {{take: (text: string) => void, focus: () => void, clear: () => void}}
 */
export function pasteForm(place, { onFile, onBack }) {
  const form = copy("paste");
  const box = pasteBox(form, () => look({ guess: true }));
  const first = find('input[type="checkbox"]', form);
  let template = null;
  let made = null;

  async function load() {
    template ??= (await ask("/template")).body;
  }

  async function look({ guess }) {
    box.area.setCustomValidity("");
    try {
      await load();
    } catch (error) {
      showTrouble(find('[data-slot="paste-trouble"]', form), explain(error), () => look({ guess }));
      return;
    }
    const pasted = box.text();
    const { rows, delimiter } = parse(pasted);
    if (guess && rows.length) first.checked = isHeader(rows[0], template.columns);
    const text = rows.length && !first.checked ? headed(pasted, delimiter, rows, template) : pasted;
    made = rows.length ? text : null;
    preview(parse(text, ROWS_SHOWN + 1).rows, rows.length - (first.checked ? 1 : 0));
  }

  function preview([header, ...body], count) {
    const isEmpty = !header;
    find('[data-slot="preview"]', form).hidden = isEmpty;
    find('[data-slot="first-row"]', form).hidden = isEmpty;
    if (isEmpty) return;
    find("thead", form).replaceChildren(headRow(header));
    find("tbody", form).replaceChildren(...body.map((texts) => bodyRow(texts, header)));
    fill(form, { "paste-count": tn("{n} row", "{n} rows", count) });
  }

  first.addEventListener("change", () => look({ guess: false }));
  find('[data-do="paste-back"]', form).addEventListener("click", onBack);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await look({ guess: false });
    if (made === null) {
      box.area.setCustomValidity(t("Paste the rows here first."));
      box.area.reportValidity();
    } else onFile(new File([made], `${t("pasted rows")}.csv`, { type: "text/csv" }));
  });
  place.replaceChildren(form);

  return {
    take(text) {
      box.set(text);
      look({ guess: true });
    },
    focus: () => box.area.focus(),
    clear() {
      box.set("");
      made = null;
      preview([], 0);
    },
  };
}
