/** Files of the API that the page itself reads. */

import { Trouble } from "./api.js";
import { language } from "./i18n.js";

/** A file's text, without its byte order mark. Rejects with `Trouble`. */
export async function text(path) {
  let answer, content;
  try {
    answer = await fetch(`/api/v1${path}`, { headers: { "Accept-Language": language }, cache: "no-store", redirect: "error" });
    content = await answer.text();
  } catch {
    throw new Trouble();
  }
  if (!answer.ok) throw Trouble.of(answer.status, content, answer.headers.get("Retry-After"));
  return content.replace(/^\ufeff/, "");
}

/** Give the viewer a text as a file, as if it had been downloaded. */
export function save(content, filename) {
  const address = URL.createObjectURL(new Blob(["\ufeff", content], { type: "text/csv" }));
  const link = document.createElement("a");
  Object.assign(link, { href: address, download: filename });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
