/** Cancelling a job at work: asked for once more before it is done, since the rest of the file is then not processed. */

import { ask, explain } from "./api.js";
import { announce, find } from "./dom.js";
import { showTrouble } from "./trouble.js";

/**
 * Make the buttons of a `data-slot="cancel"` work. They are shown from the first `offer(jobId)` on.
 * @param {HTMLElement} box from the template of a job at work
 */
export function cancelControl(box) {
  const [start, sure, keep, stop] = ["start", "sure", "keep", "stop"].map((name) => find(`[data-cancel="${name}"]`, box));
  const under = find('[data-cancel="under-way"]', box);
  const trouble = find('[data-cancel="trouble"]', box);
  let jobId = null;

  function show(part) {
    for (const each of [start, sure, under]) each.hidden = each !== part;
  }

  async function cancel() {
    stop.disabled = keep.disabled = true;
    showTrouble(trouble, null);
    try {
      await ask(`/jobs/${jobId}/cancel`, { method: "POST" });
      show(under);
      announce(under.textContent);
    } catch (error) {
      // Ended just now: the ending is about to be shown, and says more than a refusal.
      if (error.code !== "job_ended") showTrouble(trouble, explain(error), cancel);
    } finally {
      stop.disabled = keep.disabled = false;
    }
  }

  start.addEventListener("click", () => {
    show(sure);
    keep.focus();
  });
  keep.addEventListener("click", () => {
    showTrouble(trouble, null);
    show(start);
    start.focus();
  });
  stop.addEventListener("click", cancel);

  return {
    /** There is a job to cancel. */
    offer(id) {
      if (!id || jobId === id) return;
      jobId = id;
      box.hidden = false;
    },
  };
}
