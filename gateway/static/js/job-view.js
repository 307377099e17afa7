/** A job at work and its endings, in the pop-up and on the job's own page. The words stand in templates/_job.html. */

import { explain } from "./api.js";
import { cancelControl } from "./cancel.js";
import { announce, copy, fill, find } from "./dom.js";
import { unfollow } from "./followed.js";
import { t, tn } from "./i18n.js";
import { cancelledWords, done, doneWords, endWords, failedWords, kindOf, stage } from "./kind-words.js";
import { notify } from "./notify.js";
import { notifyControl } from "./notify-control.js";
import { titled } from "./page-title.js";
import { problemsView } from "./problems.js";
import { meter, showOn } from "./progress.js";
import { listOf } from "./tables.js";
import { showTrouble } from "./trouble.js";
import { hasEnded } from "./watch.js";
import { number, shown } from "./words.js";

const STEPS = ["submitted", "validating", "provisioning"];
const FIRST_ROWS = 100;
/** A listener is told of every fourth part of the rows, not of every row. */
const PARTS = 4;

/**
 * @param {HTMLElement} view where the job is shown
 * @param {HTMLElement | null} foot where the buttons of an ending go; the end of `view` when null
 * @param {{place: "pop-up" | "page", onAgain?: () => void}} options what "Upload a corrected file" does in the pop-up
 */
export function jobView(view, foot, { place, onAgain }) {
  let mounted = null;
  let told = "";
  let read = meter();

  /** Parts of a template may be for one place only, or for some kinds of jobs only. */
  function mount(id, job = {}) {
    const kind = kindOf(job);
    if (mounted?.id === id && mounted.kind === kind) return mounted.element;
    const element = copy(id);
    for (const part of element.querySelectorAll("[data-only]")) if (part.dataset.only !== place) part.remove();
    for (const part of element.querySelectorAll("[data-kind]")) if (!part.dataset.kind.split(" ").includes(kind)) part.remove();
    view.replaceChildren(element);
    foot?.replaceChildren();
    mounted = { id, kind, element };
    return element;
  }

  function atWork(job) {
    const element = mount("job-working", job);
    mounted.cancel ??= cancelControl(find('[data-slot="cancel"]', element));
    mounted.cancel.offer(job.job_id);
    mounted.notify ??= notifyControl(find('[data-slot="notify"]', element));
    const at = STEPS.indexOf(job.state);
    STEPS.forEach((step, index) => {
      const item = find(`[data-step="${step}"]`, element);
      item.classList.toggle("done", index < at);
      if (index === at) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
    });
    const progress = read(job);
    fill(element, { stage: stage(job), filename: shown(job.filename ?? ""), rows: progress.rows, pace: progress.pace });
    showOn(find("progress", element), progress);
    titled(progress.percent === null ? stage(job) : `${t("{percent} %", { percent: progress.percent })} · ${stage(job)}`);
    const part = Math.floor(PARTS * (progress.part ?? 0));
    if (told !== `${job.state} ${part}`) announce([`${stage(job)}.`, progress.rows, progress.pace].filter(Boolean).join(" "));
    told = `${job.state} ${part}`;
  }

  function ended(job) {
    unfollow(job.job_id);
    const element = mount(`job-${job.state}`, job);
    fill(element, {
      "done-seats": doneWords(job),
      "cancelled-title": cancelledWords(job),
      "failed-rows": failedWords(job),
      "all-rows": number(job.rows ?? 0),
      "not-processed": number(job.not_processed ?? 0),
      "problem-count": tn("{n} problem", "{n} problems", job.problems ?? 0),
      "job-id": job.job_id,
      filename: shown(job.filename ?? t("the file")),
      done: number(done(job)),
      failed: number(job.failed ?? 0),
      message: job.message ?? "",
    });
    const counts = element.querySelector(".counts");
    if (counts) counts.hidden = job.state === "cancelled" && job.rows === null;
    const box = element.querySelector('[data-slot="message-box"]');
    if (box) box.hidden = !job.message;
    for (const link of element.querySelectorAll('[data-slot="detail-link"]')) link.href = `/event-logs/${job.job_id}`;
    buttons(job);
    if (place !== "pop-up") return;
    if (job.state === "rejected") problemsView(job, find('[data-slot="problems"]', element), { limit: FIRST_ROWS });
    if (job.state === "completed_with_errors") failedRows(element, job);
  }

  function buttons(job) {
    const base = `/api/v1/jobs/${job.job_id}`;
    const isRejected = job.state === "rejected";
    const first = copy(isRejected ? "foot-problems" : "foot-summary");
    first.href = isRejected ? `${base}/problems.csv` : `${base}/summary.csv`;
    const made = [first];
    if (isRejected) made.push(copy(place === "pop-up" ? "foot-again" : "foot-again-link"));
    else if (place === "pop-up") made.push(copy("foot-done"));
    made.find((button) => button.dataset.do === "again")?.addEventListener("click", onAgain);
    made.find((button) => button.dataset.do === "done")?.addEventListener("click", () => location.assign("/event-logs"));
    if (foot) return foot.replaceChildren(...made);
    const row = document.createElement("div");
    row.className = "actions";
    row.append(...made);
    return view.append(row);
  }

  async function failedRows(element, job) {
    const slot = find('[data-slot="outcomes"]', element);
    try {
      const { shownRows } = await listOf(job.job_id, "outcomes", slot, { limit: FIRST_ROWS, scrolls: true }).more();
      const all = Math.max(job.failed ?? 0, shownRows);
      fill(element, { "outcomes-shown": shownRows < all ? t("The first {shown} of {all}", { shown: shownRows, all }) : "" });
    } catch (error) {
      showTrouble(slot, explain(error), () => failedRows(element, job));
    }
  }

  /** It has ended before somebody's eyes, or while they looked elsewhere. */
  function announceEnd(job) {
    const words = endWords(job);
    const name = shown(job.filename ?? t("the file"));
    titled(job.state === "completed" ? t("Finished") : words);
    announce(`${name}: ${words}`);
    notify({ title: words, text: name, tag: job.job_id });
  }

  return {
    /** Show the job as it is now. True if it has just ended: then the ending's heading has the focus. */
    show(job) {
      const before = mounted;
      if (!hasEnded(job)) return atWork(job), false;
      ended(job);
      if (before && before.id !== "job-working") return false;
      if (before) announceEnd(job);
      return before !== null || place === "pop-up";
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
      titled(null);
      mount("job-gone");
    },
    clear() {
      mounted = null;
      told = "";
      read = meter();
      view.replaceChildren();
      foot?.replaceChildren();
    },
  };
}
