/** Why a file was not taken, in words. */

import { explain } from "./api.js";
import { t } from "./i18n.js";
import { limit, size } from "./words.js";

/** What is wrong with files before they are sent, or null. `most` bytes are allowed, if that is known. */
export function unfit(files, folders, most) {
  if (folders) return { title: t("That is a folder."), text: t("Choose the file itself.") };
  if (files.length !== 1) return { title: t("One file at a time, please."), text: t("These are {n}.", { n: files.length }) };
  if (most && files[0].size > most) return tooLarge(files[0], most);
  return null;
}

/** What the answer to an upload means. */
export function refused(error, file, most) {
  const words = explain(error);
  if (error.status === 413) return tooLarge(file, most, error.detail);
  if (error.status === 401) return { ...words, text: t("The file was not kept. Sign in again, then choose it once more.") };
  if (error.status === 0) return { ...words, title: t("The file did not arrive."), text: t("The connection broke off, or the file was changed or moved meanwhile. Nothing was kept.") };
  if (error.code === "truncated_upload") return { title: t("The file did not arrive whole."), text: error.detail, again: true };
  if (error.code === "storage_full") return { title: t("There is no room for the file."), text: t("Nothing of it was kept. Try again in a few minutes. If there is still no room then, tell the people who run Bulk Manager."), again: true };
  if (error.status < 500 && error.status !== 429) return { title: t("This file can’t be used as it is."), text: error.detail };
  return { ...words, text: `${words.text} ${t("Nothing was kept.")}` };
}

function tooLarge(file, most, detail = "") {
  const text = most && file.size > most ? t("It has {size}; a file may have {most}. Split it into several files.", { size: size(file.size), most: limit(most) }) : detail;
  return { title: t("The file is too large."), text };
}
