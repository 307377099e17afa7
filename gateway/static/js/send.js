/** Sending a file. XMLHttpRequest, because `fetch` does not tell how much has been sent. */

import { Trouble } from "./api.js";
import { language } from "./i18n.js";

/**
 * @param {(sent: number, all: number) => void} onProgress
 * @returns {{done: Promise<{upload_id: string, filename: string, size: number, expires_at: string} | null>, abort: () => void}}
 *   `done` resolves to null when it was aborted, and rejects with `Trouble`.
 */
export function send(file, onProgress) {
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
  request.open("POST", `/api/v1/uploads?filename=${encodeURIComponent(file.name)}`);
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("Accept-Language", language);
  request.setRequestHeader("Content-Type", "text/csv");
  request.send(file);
  return { done, abort: () => request.abort() };
}
