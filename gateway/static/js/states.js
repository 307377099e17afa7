/** How the state of a job is shown: its word (from the page, so that each stands in one place only) and its colour. */

import { find, make } from "./dom.js";

const COLOURS = { completed: "ok", completed_with_errors: "warn", rejected: "bad", failed: "bad", cancelled: "" };

const word = (state) => find("#state-words").content.querySelector(`[data-state="${CSS.escape(state)}"]`)?.textContent ?? state;

export function badge(state) {
  return make("span", { class: `badge ${COLOURS[state] ?? "live"}` }, word(state));
}
