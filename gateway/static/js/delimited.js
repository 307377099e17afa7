/** Cells that were copied from a spreadsheet: tab between cells, and quotes around cells with line breaks. */

/**
 * The first `most` rows of `text` as arrays of cells. Blank lines are left out. Without a tab in the first line commas or
 * semicolons are taken, whichever are more.
 * @returns {{rows: string[][], delimiter: string}}
 */
export function parse(text, most = Infinity) {
  const delimiter = delimiterOf(text);
  const rows = [];
  let row = [];
  let cell = "";
  let quoted = false;
  const endRow = () => {
    row.push(cell);
    if (row.some((one) => one.trim())) rows.push(row);
    row = [];
    cell = "";
  };
  for (let at = 0; at < text.length && rows.length < most; at += 1) {
    const sign = text[at];
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (text[at + 1] === '"') cell += text[(at += 1)];
      else quoted = false;
    } else if (sign === '"' && cell === "") quoted = true;
    else if (sign === delimiter) {
      row.push(cell);
      cell = "";
    } else if (sign === "\n" || sign === "\r") {
      if (sign === "\r" && text[at + 1] === "\n") at += 1;
      endRow();
    } else cell += sign;
  }
  if (rows.length < most) endRow();
  return { rows, delimiter };
}

function delimiterOf(text) {
  const [line] = text.replace(/^\s*[\r\n]+/, "").split(/[\r\n]/, 1);
  const often = (sign) => line.split(sign).length - 1;
  if (often("\t")) return "\t";
  return often(";") > often(",") ? ";" : ",";
}

/** Case, spaces, hyphens and underscores don't matter in the name of a column. */
const fold = (name) => name.toLowerCase().replace(/[\s_-]+/g, "");

const isDatum = (cell) => cell.includes("@") || /^[+\d][\d\s().-]*$/.test(cell.trim());

/** Whether a row names columns: one of its cells is known to the template, or none looks like an address or a number. */
export function isHeader(row, columns) {
  const words = new Set(columns.flatMap(({ name, label, aliases }) => [name, label, ...aliases]).map(fold));
  return row.some((cell) => words.has(fold(cell))) || !row.some(isDatum);
}
