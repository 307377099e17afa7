/** Asking once more before something that can't be undone. */

import { Trouble, explain } from "./api.js";
import { announce, fill, find } from "./dom.js";
import { t } from "./i18n.js";
import { showTrouble } from "./trouble.js";
import { number } from "./words.js";

/** Only the digits count: "12,345", "12 345" and "12345" are the same. */
const digits = (text) => text.replace(/\D/g, "");

/**
 * Open the dialog of templates/_confirm.html. The focus stands on what does no harm, and goes back when it is closed.
 * @param {{title: string, text: (string | Node)[], keep: string, go: string, proof?: number, doIt: () => Promise<void>}} asked
 *   `text` are paragraphs, `keep` and `go` the buttons. With `proof` the number has to be typed first. `doIt` does it:
 *   the dialog stays open with what went wrong if it rejects with `Trouble`, and closes when it resolves.
 */
export function confirm({ title, text, keep, go, proof, doIt }) {
  const dialog = find("#confirm");
  const [keeping, going] = ["keep", "go"].map((name) => find(`[data-do="${name}"]`, dialog));
  const field = find('[data-slot="proof"]', dialog);
  const input = find("input", field);
  const trouble = find('[data-slot="trouble"]', dialog);
  const listening = new AbortController();
  let busy = false;

  fill(dialog, { title, "proof-label": proof ? t("Type {n} to confirm", { n: number(proof) }) : "" });
  find('[data-slot="text"]', dialog).replaceChildren(...text.map(paragraph));
  Object.assign(keeping, { textContent: keep });
  Object.assign(going, { textContent: go });
  field.hidden = !proof;
  input.value = "";
  hint("");
  showTrouble(trouble, null);

  function hint(words) {
    find("#confirm-hint").textContent = words;
    if (!words) input.removeAttribute("aria-invalid");
  }

  function isProven() {
    if (!proof || digits(input.value) === String(proof)) return true;
    hint(t("That is not {n}.", { n: number(proof) }));
    input.setAttribute("aria-invalid", "true");
    input.focus();
    return false;
  }

  async function submitted(event) {
    event?.preventDefault();
    if (busy || !isProven()) return;
    setBusy(true);
    showTrouble(trouble, null);
    try {
      await doIt();
      dialog.close();
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      showTrouble(trouble, explain(error), submitted);
    } finally {
      setBusy(false);
    }
  }

  function setBusy(now) {
    busy = now;
    going.setAttribute("aria-disabled", String(now));
    if (now) announce(t("One moment…"));
  }

  const on = (target, type, listener) => target.addEventListener(type, listener, { signal: listening.signal });
  on(find("form", dialog), "submit", submitted);
  on(keeping, "click", () => dialog.close());
  on(input, "input", () => hint(""));
  on(dialog, "cancel", (event) => busy && event.preventDefault());
  on(dialog, "close", () => listening.abort());
  dialog.showModal();
  (proof ? input : keeping).focus();
}

function paragraph(content) {
  if (content instanceof Node) return content;
  const element = document.createElement("p");
  element.textContent = content;
  return element;
}
