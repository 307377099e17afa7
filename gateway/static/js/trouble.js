/** The box that tells of trouble, with what can be done about it as buttons. */

import { signInAddress } from "./api.js";
import { copy, fill, make } from "./dom.js";
import { t } from "./i18n.js";

/**
 * Show `words` ({title, text, again, signIn} as from `explain`) in `place`, or nothing when `words` is null.
 * @param {(() => void)=} onAgain what t("Try again") does; without it there is no such button
 */
export function showTrouble(place, words, onAgain) {
  if (!words) return place.replaceChildren();
  const box = copy("trouble");
  fill(box, { title: words.title, text: words.text });
  const actions = [];
  if (words.signIn) actions.push(make("a", { class: "button small", href: signInAddress() }, t("Sign in")));
  if (words.again && onAgain) {
    const button = make("button", { class: "button small", type: "button" }, t("Try again"));
    button.addEventListener("click", onAgain);
    actions.push(button);
  }
  if (actions.length) {
    const row = box.querySelector('[data-slot="actions"]');
    row.append(...actions);
    row.hidden = false;
  }
  return place.replaceChildren(box);
}
