/** The upload pop-up: choose a file, send it, delete it or create its Seats, see the job through. */

import { Trouble, ask, explain } from "./api.js";
import { announce, fill, find } from "./dom.js";
import { takeDrops } from "./drop.js";
import { t } from "./i18n.js";
import { jobView } from "./job-view.js";
import { forget, keep, pending } from "./pending.js";
import { send } from "./send.js";
import { showTrouble } from "./trouble.js";
import { hasEnded, watch } from "./watch.js";
import { limit, shown, size } from "./words.js";

const TITLES = { choose: t("Upload file"), sending: t("Uploading"), arrived: t("Create Seats"), job: t("Creating Seats") };

export class UploadDialog {
  #dialog = find("#upload");
  #input = find("#file");
  #view = jobView(this.#slot("job"), this.#slot("job-foot"), { place: "pop-up", onAgain: () => this.#again() });
  #stage = "choose";
  #file = null;
  #sending = null;
  #creating = false;
  #stopWatching = () => {};
  #jobId = null;
  #limits;
  #onJob;

  /**
   * @param {{limits: () => {max_upload_bytes?: number} | null, onJob: (jobId: string | null, running: boolean) => void}} options
   *   `limits` gives the limits once they are known; `onJob` is told which job the pop-up shows, for the address.
   */
  constructor({ limits, onJob }) {
    this.#limits = limits;
    this.#onJob = onJob;
    this.#input.addEventListener("change", () => {
      const files = [...this.#input.files];
      this.#input.value = "";
      if (files.length) this.#take(files, 0);
    });
    takeDrops(this.#dialog, find("#drop"), (files, folders) => this.#take(files, folders));
    this.#dialog.addEventListener("click", (event) => this.#clicked(event.target.closest("[data-do]")?.dataset.do));
    this.#dialog.addEventListener("cancel", (event) => this.#cancelled(event));
    this.#dialog.addEventListener("close", () => this.#closed());
    addEventListener("beforeunload", (event) => this.#sending && event.preventDefault());
  }

  /** Open it where it was left: at the upload under way, the file that waits for Create, or the choice of a file. */
  open() {
    if (this.#stage === "choose" || this.#stage === "job") {
      if (pending()) this.#arrived();
      else this.#choose();
    }
    this.#showModal();
  }

  /** Open it at a job, which may be running or long ended. */
  openJob(jobId) {
    this.#watch(jobId);
    this.#showModal();
  }

  #slot(name) {
    return find(`[data-slot="${name}"]`, this.#dialog);
  }

  #showModal() {
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#focus();
  }

  #show(stage) {
    this.#stage = stage;
    for (const part of this.#dialog.querySelectorAll("[data-stage]")) part.hidden = part.dataset.stage !== stage;
    find("#upload-title").textContent = TITLES[stage];
    showTrouble(this.#slot("choose-trouble"), null);
    showTrouble(this.#slot("arrived-trouble"), null);
  }

  /** The focus goes to what is next to do, never to a control that has vanished. */
  #focus() {
    if (!this.#dialog.open) return;
    const next = { choose: "#file", sending: '[data-do="abort"]', arrived: '[data-do="create"]' }[this.#stage];
    if (next) find(next, this.#dialog).focus();
    else this.#view.focus();
  }

  #clicked(what) {
    const actions = {
      close: () => this.#cancelled() || this.#dialog.close(),
      abort: () => this.#sending?.abort(),
      delete: () => this.#delete(),
      create: () => this.#create(),
    };
    actions[what]?.();
  }

  /** While a file is being sent the pop-up stays open, so that nobody stops a long upload by a stray Esc. */
  #cancelled(event) {
    if (!this.#sending) return false;
    event?.preventDefault();
    find('[data-do="abort"]', this.#dialog).focus();
    announce(t("The file is still being uploaded. Cancel upload stops it."));
    return true;
  }

  #closed() {
    if (this.#stage !== "job") return;
    this.#stopWatching();
    this.#onJob(this.#jobId, false);
  }

  // Choosing and sending

  #choose(words = null, again) {
    this.#show("choose");
    showTrouble(this.#slot("choose-trouble"), words, again);
  }

  #again() {
    this.#onJob(null, false);
    this.#choose();
    this.#focus();
  }

  #take(files, folders) {
    if (this.#stage !== "choose") return;
    const most = this.#limits()?.max_upload_bytes;
    if (folders) this.#choose({ title: t("That is a folder."), text: t("Choose the CSV file itself.") });
    else if (files.length !== 1) this.#choose({ title: t("One file at a time, please."), text: t("These are {n}.", { n: files.length }) });
    else if (most && files[0].size > most) this.#choose(tooLarge(files[0], most));
    else this.#send(files[0]);
  }

  async #send(file) {
    this.#file = file;
    this.#show("sending");
    fill(this.#dialog, { filename: shown(file.name) });
    this.#progress(0, file.size);
    this.#sending = send(file, (sent, all) => this.#progress(sent, all));
    this.#focus();
    announce(t("Uploading {name}", { name: shown(file.name) }));
    try {
      const upload = await this.#sending.done;
      this.#sending = null;
      this.#sent(upload);
    } catch (error) {
      this.#sending = null;
      this.#choose(this.#refused(error, file), () => this.#send(file));
    }
    this.#focus();
  }

  #sent(upload) {
    if (!upload) {
      this.#choose();
      announce(t("Upload cancelled. Nothing was kept."));
      return;
    }
    keep(upload);
    this.#arrived();
    announce(t("{name} has arrived, {size}.", { name: shown(upload.filename), size: size(upload.size) }));
  }

  #progress(sent, all) {
    const percent = all ? Math.floor((100 * sent) / all) : 0;
    find('[data-slot="bar"]', this.#dialog).value = percent;
    const stored = all > 0 && sent >= all;
    fill(this.#dialog, { percent: t("{percent} %", { percent }), sent: stored ? t("Sent; being stored") : t("{sent} of {all}", { sent: size(sent), all: size(all) }) });
  }

  #refused(error, file) {
    const words = explain(error);
    if (error.status === 413) return tooLarge(file, this.#limits()?.max_upload_bytes, error.detail);
    if (error.status === 401) return { ...words, text: t("The file was not kept. Sign in again, then choose it once more.") };
    if (error.status === 0) return { ...words, title: t("The file did not arrive."), text: t("The connection broke off, or the file was changed or moved meanwhile. Nothing was kept.") };
    if (error.status === 400) return { title: t("The file did not arrive whole."), text: `${error.detail} ${t("Nothing was kept.")}`.trim(), again: true };
    return { ...words, text: `${words.text} ${t("Nothing was kept.")}` };
  }

  // The file that has arrived

  #arrived() {
    const upload = pending();
    this.#show("arrived");
    fill(this.#dialog, { filename: shown(upload.filename), size: size(upload.size) });
  }

  async #delete() {
    const upload = pending();
    try {
      if (upload) await ask(`/uploads/${upload.upload_id}`, { method: "DELETE" });
    } catch (error) {
      if (!(error instanceof Trouble) || error.status !== 404) {
        showTrouble(this.#slot("arrived-trouble"), explain(error), () => this.#delete());
        return;
      }
    }
    forget();
    this.#choose();
    this.#focus();
    announce(upload ? t("{name} was deleted.", { name: shown(upload.filename) }) : t("The file was deleted."));
  }

  async #create() {
    const upload = pending();
    if (!upload) return this.#gone();
    if (this.#creating) return undefined;
    this.#busy(true);
    try {
      const options = { method: "POST", json: { upload_id: upload.upload_id }, headers: { "Idempotency-Key": upload.key } };
      const { body } = await ask("/jobs", options);
      forget();
      this.#watch(body.job_id);
      this.#focus();
    } catch (error) {
      this.#notCreated(error);
    } finally {
      this.#busy(false);
    }
    return undefined;
  }

  #busy(now) {
    this.#creating = now;
    find('[data-do="create"]', this.#dialog).setAttribute("aria-disabled", String(now));
  }

  #notCreated(error) {
    const words = explain(error);
    if (error.status === 404) return this.#gone();
    if (error.status === 409 && error.problem.job_id) {
      forget();
      this.#watch(error.problem.job_id);
      return this.#focus();
    }
    if (error.status === 401) words.text = t("The file is kept. Sign in again, then open Upload file: it is still there.");
    else if (words.again) words.text = `${words.text} ${t("The file is kept, and pressing Create again is safe: it makes one job.")}`;
    return showTrouble(this.#slot("arrived-trouble"), words);
  }

  #gone() {
    forget();
    this.#choose({ title: t("The file is no longer here."), text: t("It was deleted, or it waited longer than a file is kept. Choose it again.") });
    this.#focus();
  }

  // The job

  #watch(jobId) {
    this.#stopWatching();
    this.#view.clear();
    this.#jobId = jobId;
    this.#show("job");
    this.#view.show({ state: "submitted", filename: pending()?.filename ?? "" });
    this.#onJob(jobId, true);
    this.#stopWatching = watch(jobId, {
      onJob: (job) => this.#jobChanged(job),
      onTrouble: (trouble) => this.#view.trouble(trouble),
      onGone: () => {
        this.#view.gone();
        this.#titled(t("Job"));
        this.#view.focus();
      },
    });
  }

  #jobChanged(job) {
    const justEnded = this.#view.show(job);
    if (hasEnded(job)) this.#titled(job.state === "rejected" ? t("Not accepted") : job.state === "failed" ? t("Stopped") : t("Finished"));
    if (justEnded) this.#view.focus();
  }

  #titled(title) {
    find("#upload-title").textContent = title;
  }
}

function tooLarge(file, most, detail = "") {
  const text = most && file.size > most ? t("It has {size}; a file may have {most}. Split it into several files.", { size: size(file.size), most: limit(most) }) : detail;
  return { title: t("The file is too large."), text };
}
