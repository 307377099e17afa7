/** Links to files. A refusal is told in words, where a plain link would save it as if it were the file. */

import { Trouble, explain } from "./api.js";
import { language } from "./i18n.js";
import { showTrouble } from "./trouble.js";

/** The refusal of an address, or null. The body of a good answer is not read: only its beginning is asked for. */
async function refusal(address) {
  const stop = new AbortController();
  let answer;
  try {
    answer = await fetch(address, { headers: { "Accept-Language": language }, cache: "no-store", signal: stop.signal });
    if (answer.ok) return null;
    return Trouble.of(answer.status, await answer.text(), answer.headers.get("Retry-After"));
  } catch {
    return new Trouble();
  } finally {
    stop.abort();
  }
}

/** Make `link` (with `download`) ask first, and tell a refusal in `place`. */
export function guard(link, place) {
  let isAsked = false;
  link.addEventListener("click", async (event) => {
    if (isAsked) return;
    event.preventDefault();
    const trouble = await refusal(link.href);
    showTrouble(place, trouble && explain(trouble), () => link.click());
    if (trouble) return;
    isAsked = true;
    link.click();
    isAsked = false;
  });
}
