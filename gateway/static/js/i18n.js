/**
 * The page's language. The words stand in English where they are used, and the translations in words/<language>.js,
 * which `make words` makes from the catalogue. A message that has no translation is shown in English.
 */

export const language = document.documentElement.lang || "en";

const { words, plural } = language === "en" ? { words: {}, plural: (n) => Number(n !== 1) } : await import(`./words/${language}.js`);

/** For dates and numbers: the viewer's own kind of the page's language (en-GB rather than en-US), where there is one. */
export const locale = navigator.languages.find((liked) => liked.split("-")[0] === language) ?? language;

const numbers = new Intl.NumberFormat(locale);

export const number = (value) => numbers.format(value);

/** Numbers are written as the language writes them; a name in braces that is not given stays as it is. */
function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === "number" ? number(value) : String(value);
  });
}

/** `t("{name} has arrived", { name })` in the page's language. */
export const t = (text, values = {}) => filled(words[text] ?? text, values);

/** `tn("{n} row", "{n} rows", 1200)` is "1,200 rows": what a number of things is called. */
export function tn(one, many, n, values = {}) {
  const forms = words[one];
  const text = Array.isArray(forms) ? forms[plural(n)] : plural(n) ? many : one;
  return filled(text ?? many, { n, ...values });
}
