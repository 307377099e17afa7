/** Which column of the file is which of the template: a question for each that the header does not answer by itself. */

import { copy, fill, find, make } from "./dom.js";
import { t, tn } from "./i18n.js";
import { shown } from "./words.js";

const LEFT_OUT = "-";
const SETTLED = new Set(["name", "alias", "ignored", "remembered"]);

/** A name that stands twice in a header is asked for once: what is chosen holds for its name. */
function cells({ columns }) {
  return [...new Map(columns.map((column) => [column.name, column])).values()];
}

/** Whether somebody has to be asked before the file can be read. `header` as `POST /uploads` answers it; may be null. */
export function hasDoubt(header) {
  if (!header) return false;
  const used = header.columns.filter(({ by }) => SETTLED.has(by)).map(({ column }) => column).filter(Boolean);
  return header.columns.some(({ by }) => !SETTLED.has(by)) || new Set(used).size < used.length;
}

/** What was chosen before, as `POST /jobs` takes it; undefined where nothing has to be said. */
export function remembered(header) {
  const kept = (header?.columns ?? []).filter(({ by }) => by === "remembered");
  return kept.length ? Object.fromEntries(kept.map(({ name, column }) => [name, column])) : undefined;
}

/** In one line how the columns of the file are read, with the choices in force: "9 columns matched, 1 left out". */
export function matchedWords(header, chosen = {}) {
  const means = cells(header).map(({ name, column, by }) => (name in chosen ? chosen[name] : SETTLED.has(by) ? column : null));
  const matched = means.filter(Boolean).length;
  const out = means.length - matched;
  const words = tn("{n} column matched", "{n} columns matched", matched);
  return out ? `${words}, ${tn("{n} left out", "{n} left out", out)}` : words;
}

/**
 * The form that asks. `template` is the API's: its columns can be chosen.
 * @param {(columns: Record<string, string | null>) => void} onChosen is given the choices that the header does not make itself
 * @returns {HTMLFormElement}
 */
export function mappingForm(header, template, { chosen = {}, onChosen }) {
  const form = copy("mapping");
  const doubtful = [];
  const settled = [];
  for (const cell of cells(header)) {
    const row = choice(cell, template, chosen);
    (SETTLED.has(cell.by) ? settled : doubtful).push({ ...cell, row, select: find("select", row) });
  }
  const all = [...doubtful, ...settled];
  const doubled = () => twice(all.map(({ select }) => select.value));

  find('[data-slot="doubtful"]', form).replaceChildren(...doubtful.map(({ row }) => row));
  find('[data-slot="settled"]', form).replaceChildren(...settled.map(({ row }) => row));
  const details = find("details", form);
  details.hidden = !settled.length;
  details.open = !doubtful.length || doubled().size > 0;
  fill(form, { "settled-words": tn("{n} column that was recognised", "{n} columns that were recognised", settled.length) });

  function look() {
    const unset = doubtful.filter(({ select }) => !select.value);
    find('[data-do="leave-out"]', form).hidden = unset.length < 2;
    const double = doubled();
    for (const { select } of all) select.setAttribute("aria-invalid", String(double.has(select.value)));
    const absent = missing(template, all);
    fill(form, { still: stillWords(absent, double, template) });
    find('[data-slot="still"]', form).classList.toggle("lacks", absent.length + double.size > 0);
    return { unset, double };
  }

  form.addEventListener("change", look);
  find('[data-do="leave-out"]', form).addEventListener("click", () => {
    for (const { select } of doubtful) select.value ||= LEFT_OUT;
    look();
    find('[data-slot="still"]', form).focus();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { unset, double } = look();
    const wrong = unset[0]?.select ?? all.find(({ select }) => double.has(select.value))?.select;
    if (wrong) return ask(wrong, details, unset.length ? t("Choose a column, or leave it out.") : t("Each column can be used once."));
    return onChosen(answers(all));
  });
  look();
  return form;
}

/** One line of the form: the name in the file, and what it may mean. */
function choice({ position, name, column, by }, template, chosen) {
  const now = name in chosen ? (chosen[name] ?? LEFT_OUT) : by === null ? "" : (column ?? LEFT_OUT);
  const id = `column-${position}`;
  const option = (value, text) => {
    const element = make("option", { value }, text);
    element.selected = value === now;
    return element;
  };
  const group = (label, columns) => make("optgroup", { label }, ...columns.map((one) => option(one.name, `${one.label} (${one.name})`)));
  const select = make("select", { id }, option("", t("Choose…")), option(LEFT_OUT, t("Leave this column out")));
  select.append(
    group(t("Required"), template.columns.filter(({ required }) => required)),
    group(t("Optional"), template.columns.filter(({ required }) => !required)),
  );
  select.addEventListener("change", () => select.setCustomValidity(""));
  const row = copy("mapping-row");
  const label = find("label", row);
  label.htmlFor = id;
  fill(row, { name: name.trim() ? shown(name) : t("Column {n}, which has no name", { n: position + 1 }), hint: hint(by, name in chosen) });
  find('[data-slot="choice"]', row).replaceChildren(select);
  return row;
}

function hint(by, isChosen) {
  if (isChosen && by !== "remembered") return t("Your choice");
  return { suggested: t("Our suggestion"), remembered: t("As last time") }[by] ?? "";
}

const twice = (values) => new Set(values.filter((value, at) => value && value !== LEFT_OUT && values.indexOf(value) !== at));

const missing = (template, all) => template.columns.filter(({ name, required }) => required && !all.some(({ select }) => select.value === name));

function stillWords(absent, double, template) {
  const labels = (names) => template.columns.filter(({ name }) => names.has(name)).map(({ label }) => label).join(", ");
  if (double.size) return t("Used more than once: {columns}. Each column can be used once.", { columns: labels(double) });
  if (!absent.length) return t("Every required column is there.");
  return t("Required, and not chosen yet: {columns}. If the file does not have them, add them to it and upload it again.", {
    columns: labels(new Set(absent.map(({ name }) => name))),
  });
}

/** The browser's own bubble says what is asked, at the place where it is asked. */
function ask(select, details, words) {
  if (details.contains(select)) details.open = true;
  select.setCustomValidity(words);
  select.reportValidity();
}

/** The choices that differ from what the header says by itself. */
function answers(all) {
  const differs = ({ column, by, select }) => !(SETTLED.has(by) && by !== "remembered") || (column ?? LEFT_OUT) !== select.value;
  return Object.fromEntries(all.filter(differs).map(({ name, select }) => [name, select.value === LEFT_OUT ? null : select.value]));
}
