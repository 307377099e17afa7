/** What can be done after a job has ended: try its failed rows again, download them, undo it. */

import { Trouble, ask, explain } from "./api.js";
import { confirm } from "./confirm.js";
import { copy, find } from "./dom.js";
import { guard } from "./download.js";
import { t, tn } from "./i18n.js";
import { kindOf } from "./kind-words.js";
import { showTrouble } from "./trouble.js";

/** States in which a retry or an undo has come to nothing, so that another one makes sense. */
const IN_VAIN = new Set(["rejected", "failed", "cancelled"]);

const isUnderWay = (job, relation) => (job.children ?? []).some((child) => child.relation === relation && !IN_VAIN.has(child.state));

/** How many rows can be tried again. A Seat that is gone or was kept on purpose is so the next time, too. */
export function rowsLeft(job) {
  if (job.state === "rejected" || job.dry_run) return 0;
  const isDeletion = ["delete", "undo"].includes(kindOf(job));
  return (isDeletion ? 0 : (job.failed ?? 0)) + (job.not_processed ?? 0);
}

/** A job that was cancelled before its rows were counted: all of its file is left. */
const isUncounted = (job) => job.state === "cancelled" && !job.dry_run && job.rows === null;

const canUndo = (job) => kindOf(job) === "create" && job.created > 0 && !isUnderWay(job, "undo");

const goTo = (jobId) => location.assign(`/event-logs/${jobId}`);

/** Begin the job that retries or undoes; whoever asks for the same one gets the same job. Rejects with `Trouble`. */
async function begin(job, relation) {
  const earlier = (job.children ?? []).filter((child) => child.relation === relation).length;
  const { body } = await ask(`/jobs/${job.job_id}/${relation}`, {
    method: "POST",
    headers: { "Idempotency-Key": `${relation}-${job.job_id}-${earlier}` },
    patience: 120_000,
  });
  goTo(body.job_id);
}

/**
 * What can be done with an ended job, as elements.
 * @param {HTMLElement} trouble where refusals are told
 * @returns {{first: HTMLElement[], last: HTMLElement[], undo: HTMLElement[]}} the buttons that come before the downloads
 *   of the job, those behind them, and the line that offers to undo it
 */
export function jobActions(job, trouble) {
  const n = rowsLeft(job);
  const isAnyLeft = n > 0 || isUncounted(job);
  return {
    first: isAnyLeft && !isUnderWay(job, "retry") ? [retryButton(job, n, trouble)] : [],
    last: n ? [failedLink(job, trouble)] : [],
    undo: canUndo(job) ? [undoLine(job)] : [],
  };
}

function retryButton(job, n, trouble) {
  const button = copy("foot-retry");
  find("span", button).textContent = n ? tn("Try {n} row again", "Try {n} rows again", n) : t("Try the file again");
  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    showTrouble(trouble, null);
    try {
      await begin(job, "retry");
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      showTrouble(trouble, explain(error), () => button.click());
    } finally {
      button.removeAttribute("aria-disabled");
    }
  });
  return button;
}

function failedLink(job, trouble) {
  const link = copy("foot-failed");
  link.href = `/api/v1/jobs/${job.job_id}/failed.csv`;
  guard(link, trouble);
  return link;
}

function undoLine(job) {
  const line = copy("undo-line");
  const n = job.created;
  find("button", line).addEventListener("click", () =>
    confirm({
      title: tn("Delete the {n} Seat that this job created?", "Delete the {n} Seats that this job created?", n),
      text: [
        t("Seats that somebody has changed since are kept. You will see which."),
        t("The others are deleted for good: their extensions, phone numbers and devices become free."),
      ],
      keep: tn("Keep the Seat", "Keep the Seats", n),
      go: t("Undo the job"),
      doIt: () => begin(job, "undo"),
    }),
  );
  return line;
}
