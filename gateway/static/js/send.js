/** Sending a file. XMLHttpRequest, because `fetch` does not tell how much has been sent. */

import { Trouble } from "./api.js";
import { language } from "./i18n.js";

const WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

const typeOf = (file) => (/\.xls[xm]$/i.test(file.name) ? WORKBOOK : "text/csv");

/**
 * @param {File} file
 * @param {{kind?: string, sheet?: string | null, onProgress: (sent: number, all: number) => void}} options
 *   `sheet` names the sheet of a workbook; without it the first one is taken
 * @returns {{done: Promise<object | null>, abort: () => void}} `done` resolves to what `POST /uploads` answers, or to null
 *   when it was aborted, and rejects with `Trouble`.
 */
export function send(file, { kind = "create", sheet = null, onProgress }) {
  const request = new XMLHttpRequest();
  const done = new Promise((resolve, reject) => {
    request.upload.addEventListener("progress", ({ loaded, total }) => onProgress(loaded, total));
    request.addEventListener("abort", () => resolve(null));
    request.addEventListener("error", () => reject(new Trouble()));
    request.addEventListener("load", () => {
      const { status, responseText } = request;
      if (status === 201) resolve(JSON.parse(responseText));
      else reject(Trouble.of(status, responseText, request.getResponseHeader("Retry-After")));
    });
  });
  const query = new URLSearchParams({ filename: file.name });
  if (sheet !== null) query.set("sheet", sheet);
  if (kind !== "create") query.set("kind", kind);
  request.open("POST", `/api/v1/uploads?${query}`);
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("Accept-Language", language);
  request.setRequestHeader("Content-Type", typeOf(file));
  request.send(file);
  return { done, abort: () => request.abort() };
}
