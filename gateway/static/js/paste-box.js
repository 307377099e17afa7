/** The box for pasted rows. Of a long text it shows the beginning only: a browser stands still for seconds while it lays out the whole. */

import { announce, find } from "./dom.js";

const MOST_IN_BOX = 200_000; // characters; some thousand rows
const SHOWN_OF_LONG = 10_000;

/**
 * The box in `form`. `onText` is called when its text has changed.
 * @returns {{area: HTMLTextAreaElement, text: () => string, set: (text: string) => void}}
 */
export function pasteBox(form, onText) {
  const area = find("textarea", form);
  const note = find('[data-slot="paste-long"]', form);
  const hint = find("#paste-hint", form);
  let long = null; // the whole text while the box shows its beginning

  function put(text) {
    long = text.length > MOST_IN_BOX ? text : null;
    area.value = long ? `${text.slice(0, text.lastIndexOf("\n", SHOWN_OF_LONG) + 1 || SHOWN_OF_LONG)}…` : text;
    area.readOnly = long !== null;
    if (long) area.setSelectionRange(0, 0); // else the focus scrolls to the end
    [hint.hidden, note.hidden] = [long !== null, long === null];
    area.setAttribute("aria-describedby", long ? "paste-long" : "paste-hint");
    if (long) announce(find("span", note).textContent);
  }

  function changed(text) {
    put(text);
    onText();
  }

  area.addEventListener("input", () => (area.value.length > MOST_IN_BOX ? changed(area.value) : onText()));
  area.addEventListener("paste", (event) => {
    const pasted = event.clipboardData.getData("text/plain");
    if (long === null && pasted.length <= MOST_IN_BOX) return; // as in any box
    event.preventDefault();
    if (!pasted.trim()) return;
    const kept = long === null ? area.value : "";
    changed(kept.slice(0, area.selectionStart) + pasted + kept.slice(area.selectionEnd));
  });
  find('[data-do="paste-other"]', form).addEventListener("click", () => {
    changed("");
    area.focus();
  });

  return { area, text: () => long ?? area.value, set: put };
}
