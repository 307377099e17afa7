/** The file that has arrived: its sheet and columns where they need choosing, the check of every row, then Create. */

import { Trouble, ask, explain } from "./api.js";
import { check, checkAnew, order } from "./check.js";
import { announce, copy, fill, find, make } from "./dom.js";
import { guard } from "./download.js";
import { t, tn } from "./i18n.js";
import { UPLOADS } from "./kind-words.js";
import { hasDoubt, mappingForm, matchedWords, remembered } from "./mapping.js";
import { titled } from "./page-title.js";
import { amend, forget, pending } from "./pending.js";
import { problemsView } from "./problems.js";
import { meter, showOn } from "./progress.js";
import { before, warning } from "./same-file.js";
import { sheetChoice } from "./sheets.js";
import { showTrouble } from "./trouble.js";
import { shown, size } from "./words.js";

const CHECKING = "checking";

export class Arrived {
  #root;
  #kind;
  #told;
  #preview;
  #template = null;
  #step = null;
  #stopCheck = () => {};
  #busy = false;

  /**
   * @param {HTMLElement} root the stage of the pop-up
   * @param {{kind: string, preview?: (job: object, place: HTMLElement) => void, told: {onJob: (jobId: string) => void,
   *   onAgain: () => void, onDeleted: (name: string) => void, onGone: () => void, onSheet: (sheet: string) => void}}} options
   *   `preview` may add to what is said of a file that is ready; `told` hears what the pop-up has to do next
   */
  constructor(root, { kind, preview, told }) {
    this.#root = root;
    this.#kind = kind;
    this.#told = told;
    this.#preview = preview;
    const actions = {
      delete: () => this.#delete(),
      create: () => this.#create(),
      columns: () => this.#map(),
      again: () => this.#delete({ again: true }),
      recheck: () => this.#check(checkAnew(pending(this.#kind), this.#kind)),
    };
    root.addEventListener("click", (event) => actions[event.target.closest("[data-do]")?.dataset.do]?.());
  }

  get #go() {
    return find('[data-do="create"]', this.#root);
  }

  #slot(name) {
    return find(`[data-slot="${name}"]`, this.#root);
  }

  /** Show the file that waits. `canChoose`: the file itself is at hand, so that another of its sheets can be sent. */
  show({ canChoose = false } = {}) {
    const upload = pending(this.#kind);
    fill(this.#root, { filename: shown(upload.filename), size: size(upload.size) });
    this.#slot("sheet").replaceChildren(...sheetChoice(upload, canChoose, this.#told.onSheet));
    this.#slot("before").replaceChildren();
    this.#warn(upload);
    if (upload.check || upload.columns || !hasDoubt(upload.header)) this.#check(upload);
    else this.#map();
  }

  /** The focus goes to what is next to do: Create, or the heading of what has to be read first. */
  focus() {
    if (!this.#go.hidden) this.#go.focus();
    else this.#root.querySelector("h3[tabindex]")?.focus();
  }

  /** The pop-up shows something else, or is closed: nobody has to know how far the check is. */
  leave() {
    this.#stopCheck();
    titled(null);
  }

  /** Put a step's template in place and its buttons below it. The focus is not lost with what it replaces. */
  #enter(step, element, { isReady = false, buttons = [] } = {}) {
    const held = this.#root.contains(document.activeElement);
    const hadFocus = this.#slot("step").contains(document.activeElement) || find(".foot", this.#root).contains(document.activeElement);
    this.#step = step;
    showTrouble(this.#slot("arrived-trouble"), null);
    this.#slot("step").replaceChildren(element);
    this.#slot("step-buttons").replaceChildren(...buttons);
    this.#go.hidden = !isReady && step !== CHECKING;
    this.#go.setAttribute("aria-disabled", String(!isReady));
    if (held && (hadFocus || document.activeElement === document.body)) this.focus();
    return element;
  }

  async #warn(upload) {
    try {
      const job = await before(upload, this.#kind);
      if (job && pending(this.#kind)?.upload_id === upload.upload_id) this.#slot("before").replaceChildren(warning(job));
    } catch (error) {
      if (!(error instanceof Trouble)) throw error; // the check will say so itself
    }
  }

  // Columns

  async #map() {
    this.#stopCheck();
    const upload = pending(this.#kind);
    if (!upload) return this.#told.onGone();
    try {
      this.#template ??= (await ask(this.#kind === "create" ? "/template" : `/template?kind=${this.#kind}`)).body;
    } catch (error) {
      showTrouble(this.#slot("arrived-trouble"), explain(error), () => this.#map());
      return undefined;
    }
    const form = mappingForm(upload.header, this.#template, {
      chosen: upload.columns ?? {},
      onChosen: (columns) => this.#check(checkAnew(upload, this.#kind, { columns })),
    });
    form.id = "mapping-form";
    const go = make("button", { class: "button primary", type: "submit", form: form.id }, t("Check the file"));
    this.#enter("mapping", form, { buttons: [go] });
    announce(t("Some columns of the file need a choice."));
    return this.focus();
  }

  // The check

  #check(upload) {
    this.#stopCheck();
    if (!upload) return this.#told.onGone();
    if (!upload.columns && remembered(upload.header)) amend(upload.upload_id, { columns: remembered(upload.header) }, this.#kind);
    this.#enter(CHECKING, copy("check-working"));
    const read = meter();
    this.#stopCheck = check(this.#kind, {
      onJob: (job) => this.#checked(job, read(job)),
      onTrouble: (trouble) => this.#interrupted(trouble),
      onGone: () => this.#recheckable({ title: t("The check was lost."), text: t("The file is still here.") }),
      onRefused: (error) => this.#refused(error),
    });
    return undefined;
  }

  #checked(job, progress) {
    if (job.state === "checked") return this.#ready(job);
    if (job.state === "rejected") return this.#wrong(job);
    if (job.state === "failed" || job.state === "cancelled") return this.#recheckable({ title: t("The check stopped."), text: job.message ?? "" });
    if (this.#step !== CHECKING) return undefined;
    fill(this.#root, { rows: progress.rows, pace: progress.pace });
    showOn(find("progress", this.#slot("step")), progress);
    return titled(progress.percent === null ? t("Checking") : t("Checking, {percent} %", { percent: progress.percent }));
  }

  #interrupted(trouble) {
    const words = trouble && explain(trouble);
    if (words && !words.signIn) Object.assign(words, { text: t("The check goes on. This page keeps trying."), again: false });
    if (words?.signIn) words.text = t("The file is kept. Sign in again, then open Upload file: it is still there.");
    showTrouble(this.#slot("arrived-trouble"), words);
  }

  #ready(job) {
    const words = UPLOADS[this.#kind];
    const upload = pending(this.#kind);
    const element = this.#enter("ready", copy("check-ready"), { isReady: this.#kind === "create" || job.changed_rows !== 0 });
    fill(element, { ready: words.ready(job), "ready-text": words.text });
    const columns = find('[data-slot="columns-line"]', element);
    columns.hidden = !upload?.header;
    if (upload?.header) fill(columns, { columns: matchedWords(upload.header, upload.columns) });
    this.#preview?.(job, find('[data-slot="preview"]', element));
    titled(t("Ready"));
    announce(`${t("{name} has arrived: {ready}.", { name: shown(upload?.filename ?? ""), ready: words.ready(job) })} ${words.press}`);
  }

  #wrong(job) {
    const again = make("button", { class: "button primary", type: "button", "data-do": "again" }, t("Upload a corrected file"));
    const [problems, annotated] = ["foot-problems", "foot-annotated"].map(copy);
    problems.href = `/api/v1/jobs/${job.job_id}/problems.csv`;
    annotated.href = `/api/v1/jobs/${job.job_id}/annotated.csv`;
    guard(annotated, this.#slot("arrived-trouble"));
    const element = this.#enter("wrong", copy("check-wrong"), { buttons: [problems, annotated, again] });
    fill(element, { "problem-count": tn("{n} problem to correct", "{n} problems to correct", job.problems ?? 0) });
    find('[data-do="columns"]', element).hidden = !pending(this.#kind)?.header;
    problemsView(job, find('[data-slot="problems"]', element), { scrolls: true });
    titled(t("Not ready"));
    announce(`${tn("{n} problem to correct", "{n} problems to correct", job.problems ?? 0)}. ${t("Nothing has been created.")}`);
    this.focus();
  }

  #refused(error) {
    if (!(error instanceof Trouble)) throw error;
    if (error.status === 404) return this.#gone();
    const words = explain(error);
    if (error.status === 401) words.text = t("The file is kept. Sign in again, then open Upload file: it is still there.");
    return this.#recheckable(words);
  }

  #recheckable(words) {
    this.#enter("stopped", make("p", {}, t("The file has arrived, but has not been checked yet.")));
    titled(null);
    const trouble = { ...words, again: !words.signIn };
    showTrouble(this.#slot("arrived-trouble"), trouble, () => this.#check(checkAnew(pending(this.#kind) ?? {}, this.#kind)));
  }

  // What becomes of it

  async #delete({ again = false } = {}) {
    const upload = pending(this.#kind);
    try {
      if (upload) await ask(`/uploads/${upload.upload_id}`, { method: "DELETE" });
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      if (error.status !== 404 && !again) return showTrouble(this.#slot("arrived-trouble"), explain(error), () => this.#delete());
    }
    forget(this.#kind);
    this.leave();
    return again ? this.#told.onAgain() : this.#told.onDeleted(upload?.filename ?? "");
  }

  async #create() {
    const upload = pending(this.#kind);
    if (!upload) return this.#gone();
    if (this.#busy || this.#go.getAttribute("aria-disabled") === "true") return undefined;
    this.#setBusy(true);
    try {
      const { body } = await ask("/jobs", { method: "POST", json: order(upload, this.#kind), headers: { "Idempotency-Key": upload.key } });
      this.#begun(body.job_id);
    } catch (error) {
      this.#notCreated(error);
    } finally {
      this.#setBusy(false);
    }
    return undefined;
  }

  #setBusy(now) {
    this.#busy = now;
    this.#go.setAttribute("aria-disabled", String(now));
  }

  #begun(jobId) {
    this.leave();
    this.#told.onJob(jobId);
    forget(this.#kind);
  }

  #notCreated(error) {
    const words = explain(error);
    if (error.status === 404) return this.#gone();
    if (error.status === 409 && error.problem.job_id) return this.#begun(error.problem.job_id);
    if (error.status === 401) words.text = t("The file is kept. Sign in again, then open Upload file: it is still there.");
    else if (words.again) words.text = `${words.text} ${t("The file is kept, and pressing Create again is safe: it makes one job.")}`;
    return showTrouble(this.#slot("arrived-trouble"), words);
  }

  #gone() {
    forget(this.#kind);
    this.leave();
    this.#told.onGone();
  }
}
