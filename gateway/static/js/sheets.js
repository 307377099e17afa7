/** Which sheet of a workbook is read. */

import { copy, fill, find, make } from "./dom.js";
import { shown } from "./words.js";

/**
 * What to show of a file's sheets: nothing for a CSV; the sheet's name for a workbook; a choice if it has several and the
 * file is at hand, since choosing another sheet means that it is sent once more.
 * @param {{sheets: string[] | null, sheet: string | null}} upload
 * @param {(sheet: string) => void} onSheet
 * @returns {HTMLElement[]}
 */
export function sheetChoice({ sheets, sheet }, canChoose, onSheet) {
  if (!sheets?.length) return [];
  if (sheets.length === 1 || !canChoose) {
    const line = copy("sheet-line");
    fill(line, { name: shown(sheet ?? sheets[0]) });
    return [line];
  }
  const choice = copy("sheet-choice");
  const select = find("select", choice);
  select.append(...sheets.map((name) => make("option", { value: name }, shown(name))));
  select.value = sheet ?? sheets[0];
  select.addEventListener("change", () => onSheet(select.value));
  return [choice];
}
