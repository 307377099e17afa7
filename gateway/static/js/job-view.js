/** A job at work and its endings, in the pop-up and on the job's own page. The words stand in templates/_job.html. */

import { explain } from "./api.js";
import { cancelControl } from "./cancel.js";
import { announce, copy, fill, find } from "./dom.js";
import { t, tn } from "./i18n.js";
import { kinds, listOf } from "./tables.js";
import { showTrouble } from "./trouble.js";
import { hasEnded } from "./watch.js";
import { number, shown } from "./words.js";

const STEPS = ["submitted", "validating", "provisioning"];
const STAGES = { submitted: t("Waiting to be checked"), validating: t("Checking every row"), provisioning: t("Creating Seats") };
const FIRST_ROWS = 100;
/** A listener is told of every fourth part of the rows, not of every row. */
const PARTS = 4;

const seats = (value) => (value ? tn("{n} Seat", "{n} Seats", value) : t("No Seats"));

const rowCount = (value) => tn("{n} row", "{n} rows", value);

/** A job that was cancelled while its file was read: nobody has counted its rows. */
function cancelled({ rows, created, not_processed }) {
  if (rows === null) return t("Cancelled before any Seat was created");
  return t("Cancelled: {seats} created before, {rows} not processed", { seats: seats(created ?? 0), rows: rowCount(not_processed ?? 0) });
}

function rowsDone({ rows, processed, failed, state }) {
  if (state !== "provisioning" || !rows) return rows ? t("{rows} in all", { rows: rowCount(rows) }) : "";
  const parts = { done: processed ?? 0, rows: rowCount(rows), failed };
  return failed ? t("{done} of {rows} done, {failed} failed", parts) : t("{done} of {rows} done", parts);
}

/**
 * @param {HTMLElement} view where the job is shown
 * @param {HTMLElement | null} foot where the buttons of an ending go; the end of `view` when null
 * @param {{place: "pop-up" | "page", onAgain?: () => void}} options what "Upload a corrected file" does in the pop-up
 */
export function jobView(view, foot, { place, onAgain }) {
  let mounted = null;
  let told = "";

  function mount(id) {
    if (mounted?.id === id) return mounted.element;
    const element = copy(id);
    for (const part of element.querySelectorAll("[data-only]")) if (part.dataset.only !== place) part.remove();
    view.replaceChildren(element);
    foot?.replaceChildren();
    mounted = { id, element };
    return element;
  }

  function atWork(job) {
    const element = mount("job-working");
    mounted.cancel ??= cancelControl(find('[data-slot="cancel"]', element));
    mounted.cancel.offer(job.job_id);
    const at = STEPS.indexOf(job.state);
    STEPS.forEach((step, index) => {
      const item = find(`[data-step="${step}"]`, element);
      item.classList.toggle("done", index < at);
      if (index === at) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
    });
    const rows = rowsDone(job);
    fill(element, { stage: STAGES[job.state], filename: shown(job.filename ?? ""), rows });
    const bar = find("progress", element);
    if (job.state === "provisioning" && job.rows) {
      bar.max = job.rows;
      bar.value = job.processed ?? 0;
    } else bar.removeAttribute("value");
    const part = job.rows ? Math.floor((PARTS * (job.processed ?? 0)) / job.rows) : 0;
    if (told !== `${job.state} ${part}`) announce(`${STAGES[job.state]}. ${rows}`);
    told = `${job.state} ${part}`;
  }

  function ended(job) {
    const element = mount(`job-${job.state}`);
    const detail = `/event-logs/${job.job_id}`;
    fill(element, {
      "created-seats": seats(job.created ?? 0),
      "cancelled-title": cancelled(job),
      "failed-rows": rowCount(job.failed ?? 0),
      "all-rows": number(job.rows ?? 0),
      "not-processed": number(job.not_processed ?? 0),
      "problem-count": tn("{n} problem", "{n} problems", job.problems ?? 0),
      "job-id": job.job_id,
      filename: shown(job.filename ?? t("the file")),
      created: number(job.created ?? 0),
      failed: number(job.failed ?? 0),
      message: job.message ?? "",
    });
    const counts = element.querySelector(".counts");
    if (counts) counts.hidden = job.state === "cancelled" && job.rows === null;
    const box = element.querySelector('[data-slot="message-box"]');
    if (box) box.hidden = !job.message;
    for (const link of element.querySelectorAll('[data-slot="detail-link"]')) link.href = detail;
    buttons(job);
    if (place === "pop-up") {
      if (job.state === "rejected") lists(element, job, "problems", job.problems ?? 0);
      if (job.state === "completed_with_errors") lists(element, job, "outcomes", job.failed ?? 0);
    }
  }

  function buttons(job) {
    const base = `/api/v1/jobs/${job.job_id}`;
    const rejected = job.state === "rejected";
    const first = copy(rejected ? "foot-problems" : "foot-summary");
    first.href = rejected ? `${base}/problems.csv` : `${base}/summary.csv`;
    const made = [first];
    if (rejected) made.push(copy(place === "pop-up" ? "foot-again" : "foot-again-link"));
    else if (place === "pop-up") made.push(copy("foot-done"));
    made.find((button) => button.dataset.do === "again")?.addEventListener("click", onAgain);
    made.find((button) => button.dataset.do === "done")?.addEventListener("click", () => location.assign("/event-logs"));
    if (foot) return foot.replaceChildren(...made);
    const row = document.createElement("div");
    row.className = "actions";
    row.append(...made);
    return view.append(row);
  }

  async function lists(element, job, kind, total) {
    const slot = find(`[data-slot="${kind}"]`, element);
    try {
      const { body, shownRows } = await listOf(job.job_id, kind, slot, { limit: FIRST_ROWS, scrolls: true }).more();
      const all = Math.max(total, shownRows);
      fill(element, { [`${kind}-shown`]: shownRows < all ? t("The first {shown} of {all}", { shown: shownRows, all }) : "" });
      if (kind === "problems") find('[data-slot="kinds"]', element).replaceChildren(...kinds(body.problems_by_code));
    } catch (error) {
      showTrouble(slot, explain(error), () => lists(element, job, kind, total));
    }
  }

  return {
    /** Show the job as it is now. True if it has just ended: then the ending's heading has the focus. */
    show(job) {
      const wasEnded = mounted && mounted.id !== "job-working";
      if (!hasEnded(job)) return atWork(job), false;
      ended(job);
      if (wasEnded || (place === "page" && !mounted)) return false;
      return true;
    },
    /** Put the focus on the heading, so that it is read out. */
    focus() {
      view.querySelector("h3[tabindex]")?.focus({ preventScroll: true });
    },
    /** Tell that the job can't be asked for just now; null when it can again. */
    trouble(trouble) {
      if (!mounted) atWork({ state: "submitted" });
      const slot = view.querySelector('[data-slot="trouble"]');
      if (!slot) return;
      const words = trouble && explain(trouble);
      if (words && !words.signIn) Object.assign(words, { text: t("The job goes on. This page keeps trying and shows it again as soon as it can."), again: false });
      if (words?.signIn) words.text = t("The job goes on. Sign in again to see it.");
      showTrouble(slot, words);
    },
    gone() {
      mount("job-gone");
    },
    clear() {
      mounted = null;
      told = "";
      view.replaceChildren();
      foot?.replaceChildren();
    },
  };
}
