/** How the state of a job is shown: its word (from the page, so that each stands in one place only) and its colour. */

import { find, make } from "./dom.js";
import { t } from "./i18n.js";
import { kindOf } from "./kind-words.js";

const COLOURS = { completed: "ok", checked: "ok", completed_with_errors: "warn", rejected: "bad", failed: "bad", cancelled: "" };

/** What a job does while it runs, by its kind. */
const DOING = { create: t("Creating"), update: t("Updating"), delete: t("Deleting"), undo: t("Undoing") };

/** The word for a state, whatever the job does. */
export const stateWord = (state) => find("#state-words").content.querySelector(`[data-state="${CSS.escape(state)}"]`)?.textContent ?? state;

export function badge(job) {
  const word = job.state === "provisioning" ? DOING[kindOf(job)] : stateWord(job.state);
  return make("span", { class: `badge ${COLOURS[job.state] ?? "live"}` }, word);
}
