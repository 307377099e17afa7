/** The upload pop-up: choose a file or paste rows, send them, see them checked, create the Seats, see the job through. */

import { ask } from "./api.js";
import { Arrived } from "./arrived.js";
import { announce, fill, find } from "./dom.js";
import { takeDrops } from "./drop.js";
import { follow } from "./followed.js";
import { t } from "./i18n.js";
import { jobView } from "./job-view.js";
import { stage, UPLOADS } from "./kind-words.js";
import { titled } from "./page-title.js";
import { pasteForm } from "./paste.js";
import { keep, pending } from "./pending.js";
import { refused, unfit } from "./refusals.js";
import { send } from "./send.js";
import { showTrouble } from "./trouble.js";
import { hasEnded, watch } from "./watch.js";
import { shown, size } from "./words.js";

export class UploadDialog {
  #dialog = find("#upload");
  #input = find("#file");
  #view = jobView(this.#slot("job"), this.#slot("job-foot"), { place: "pop-up", onAgain: () => this.#again() });
  #paste = pasteForm(this.#slot("paste"), { onFile: (file) => this.#take([file], 0), onBack: () => this.#again() });
  #arrived;
  #kind;
  #stage = "choose";
  #file = null;
  #sending = null;
  #stopWatching = () => {};
  #jobId = null;
  #limits;
  #onJob;

  /**
   * @param {{limits: () => {max_upload_bytes?: number} | null, onJob: (jobId: string | null, running: boolean) => void,
   *   kind?: "create" | "update", preview?: (job: object, place: HTMLElement) => void}} options
   *   `limits` gives the limits once they are known; `onJob` is told which job the pop-up shows, for the address;
   *   `preview` may add to what is said of a file that was found in order.
   */
  constructor({ limits, onJob, kind = "create", preview }) {
    this.#limits = limits;
    this.#onJob = onJob;
    this.#kind = kind;
    const told = {
      onJob: (jobId) => this.#begun(jobId),
      onAgain: () => this.#again(),
      onDeleted: (name) => this.#deleted(name),
      onGone: () => this.#gone(),
      onSheet: (sheet) => this.#send(this.#file, sheet),
    };
    this.#arrived = new Arrived(find('[data-stage="arrived"]', this.#dialog), { kind, preview, told });
    this.#listen();
  }

  #listen() {
    this.#input.addEventListener("change", () => {
      const files = [...this.#input.files];
      this.#input.value = "";
      if (files.length) this.#take(files, 0);
    });
    takeDrops(this.#dialog, find("#drop"), (files, folders) => this.#take(files, folders));
    const actions = {
      close: () => this.#cancelled() || this.#dialog.close(),
      abort: () => this.#sending?.abort(),
      paste: () => this.#pasting(),
    };
    this.#dialog.addEventListener("click", (event) => actions[event.target.closest("[data-do]")?.dataset.do]?.());
    this.#dialog.addEventListener("paste", (event) => this.#pasted(event));
    this.#dialog.addEventListener("cancel", (event) => this.#cancelled(event));
    this.#dialog.addEventListener("close", () => this.#closed());
    addEventListener("beforeunload", (event) => this.#sending && event.preventDefault());
  }

  /** Open it where it was left: at the upload under way, the file that waits for Create, or the choice of a file. */
  open() {
    if (this.#stage !== "sending" && this.#stage !== "paste") {
      if (pending(this.#kind)) this.#show("arrived");
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

  #show(stageName) {
    if (this.#stage === "arrived") this.#arrived.leave();
    this.#stage = stageName;
    for (const part of this.#dialog.querySelectorAll("[data-stage]")) part.hidden = part.dataset.stage !== stageName;
    const titles = { sending: t("Uploading"), paste: t("Paste rows"), arrived: UPLOADS[this.#kind].title, job: t("Job") };
    this.#titled(titles[stageName] ?? t("Upload file"));
    showTrouble(this.#slot("choose-trouble"), null);
    if (stageName === "arrived") this.#arrived.show({ canChoose: this.#file !== null });
  }

  /** The focus goes to what is next to do, never to a control that has vanished. */
  #focus() {
    if (!this.#dialog.open) return;
    if (this.#stage === "choose") this.#input.focus();
    else if (this.#stage === "sending") find('[data-do="abort"]', this.#dialog).focus();
    else ({ paste: this.#paste, arrived: this.#arrived, job: this.#view })[this.#stage].focus();
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
    if (this.#stage === "arrived") this.#arrived.leave();
    this.#stopWatching();
    titled(null);
    this.#onJob(this.#stage === "job" ? this.#jobId : null, false);
  }

  // Choosing, pasting and sending

  #choose(words = null, again) {
    this.#file = null;
    this.#show("choose");
    showTrouble(this.#slot("choose-trouble"), words, again);
  }

  #again() {
    this.#stopWatching();
    this.#onJob(null, false);
    this.#choose();
    this.#focus();
  }

  #pasting(text = null) {
    this.#show("paste");
    if (text !== null) this.#paste.take(text);
    this.#focus();
  }

  /** Pasting works in the whole pop-up: a copied file is taken as if it had been dropped, copied cells as rows. */
  #pasted(event) {
    if (this.#stage !== "choose") return;
    const files = [...event.clipboardData.files];
    const text = event.clipboardData.getData("text/plain");
    event.preventDefault();
    // What is copied in a spreadsheet comes as text and as a picture of it: the text is meant.
    if (text.trim()) this.#pasting(text);
    else if (files.length) this.#take(files, 0);
  }

  #take(files, folders) {
    if (this.#stage !== "choose" && this.#stage !== "paste") return;
    const words = unfit(files, folders, this.#limits()?.max_upload_bytes);
    if (words) this.#choose(words);
    else this.#send(files[0]);
  }

  async #send(file, sheet = null) {
    const old = sheet === null ? null : pending(this.#kind);
    this.#file = file;
    this.#show("sending");
    fill(this.#dialog, { filename: shown(file.name) });
    this.#progress(0, file.size);
    this.#sending = send(file, { kind: this.#kind, sheet, onProgress: (sent, all) => this.#progress(sent, all) });
    this.#focus();
    announce(t("Uploading {name}", { name: shown(file.name) }));
    try {
      const upload = await this.#sending.done;
      this.#sending = null;
      this.#sent(upload, old);
    } catch (error) {
      this.#sending = null;
      titled(null);
      this.#notSent(refused(error, file, this.#limits()?.max_upload_bytes), old, () => this.#send(file, sheet));
    }
    this.#focus();
  }

  /** Where another sheet of the same file was asked for, the first one is still there. */
  #notSent(words, old, again) {
    if (!old) return this.#choose(words, again);
    this.#show("arrived");
    return this.#arrived.trouble(words, again);
  }

  #sent(upload, old) {
    titled(null);
    if (!upload) {
      if (old) this.#show("arrived");
      else this.#choose();
      announce(t("Upload cancelled. Nothing was kept."));
      return;
    }
    keep(upload, this.#kind);
    // The file with the other sheet is of no use any more. Should it not be deleted now, it expires.
    if (old) ask(`/uploads/${old.upload_id}`, { method: "DELETE" }).catch(() => {});
    this.#paste.clear();
    announce(t("{name} has arrived, {size}.", { name: shown(upload.filename), size: size(upload.size) }));
    this.#show("arrived");
  }

  #progress(sent, all) {
    const percent = all ? Math.floor((100 * sent) / all) : 0;
    find('[data-slot="bar"]', this.#dialog).value = percent;
    const isStored = all > 0 && sent >= all;
    fill(this.#dialog, { percent: t("{percent} %", { percent }), sent: isStored ? t("Sent; being stored") : t("{sent} of {all}", { sent: size(sent), all: size(all) }) });
    titled(t("Uploading, {percent} %", { percent }));
  }

  // The file that has arrived

  #deleted(name) {
    this.#choose();
    this.#focus();
    announce(name ? t("{name} was deleted.", { name: shown(name) }) : t("The file was deleted."));
  }

  #gone() {
    this.#choose({ title: t("The file is no longer here."), text: t("It was deleted, or it waited longer than a file is kept. Choose it again.") });
    this.#focus();
  }

  // The job

  #begun(jobId) {
    follow(jobId);
    this.#watch(jobId);
    this.#focus();
  }

  #watch(jobId) {
    this.#stopWatching();
    this.#view.clear();
    this.#jobId = jobId;
    this.#show("job");
    const { filename } = pending(this.#kind) ?? {};
    this.#view.show({ state: "submitted", kind: this.#kind, filename: filename ?? "" });
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
    if (!hasEnded(job)) this.#titled(stage(job));
    else this.#titled(job.state === "rejected" ? t("Not accepted") : job.state === "failed" ? t("Stopped") : t("Finished"));
    if (justEnded) this.#view.focus();
  }

  #titled(title) {
    find("#upload-title").textContent = title;
  }
}
