/** The file that has arrived: its sheet and columns where they need choosing, the check of every row, then Create. */

import { Trouble, ask, explain } from "./api.js";
import { problemWords, readyView, showChecking, wrongButtons, wrongView } from "./check-view.js";
import { check, checkAnew, submit } from "./check.js";
import { announce, copy, fill, find, make } from "./dom.js";
import { t } from "./i18n.js";
import { UPLOADS } from "./kind-words.js";
import { hasDoubt, mappingForm, remembered } from "./mapping.js";
import { titled } from "./page-title.js";
import { amend, forget, pending } from "./pending.js";
import { meter } from "./progress.js";
import { before, warning } from "./same-file.js";
import { sheetChoice } from "./sheets.js";
import { showTrouble } from "./trouble.js";
import { shown, size } from "./words.js";

const CHECKING = "checking";

/** The columns that can be chosen: an update goes by the User ID, and requires nothing else. */
function forKind(template, kind) {
  if (kind === "create") return template;
  const rest = template.columns.map((column) => ({ ...column, required: false }));
  return { columns: [{ name: "user_id", label: t("User ID"), required: true, aliases: [] }, ...rest] };
}

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
      recheck: () => this.#check(pending(kind) && checkAnew(pending(kind), kind)),
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

  /** Tell of trouble with what was asked for the file; the file itself is as it was. */
  trouble(words, again) {
    showTrouble(this.#slot("arrived-trouble"), words, again);
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
    if (!upload) return this.#gone();
    try {
      this.#template ??= forKind((await ask("/template")).body, this.#kind);
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
    if (!upload) return this.#gone();
    if (!upload.columns && remembered(upload.header)) amend(upload.upload_id, { columns: remembered(upload.header) }, this.#kind);
    this.#enter(CHECKING, copy("check-working"));
    const read = meter();
    this.#stopCheck = check(this.#kind, {
      onJob: (job) => this.#checked(job, read(job)),
      onTrouble: (trouble) => this.#interrupted(trouble),
      onGone: () => this.#stopped({ title: t("The check was lost."), text: t("The file is still here.") }, checkAnew),
      onRefused: (error) => this.#refused(error),
    });
    return undefined;
  }

  #checked(job, progress) {
    if (job.state === "checked") return this.#ready(job);
    if (job.state === "rejected") return this.#wrong(job);
    if (job.state === "failed" || job.state === "cancelled") return this.#stopped({ title: t("The check stopped."), text: job.message ?? "" }, checkAnew);
    if (this.#step === CHECKING) showChecking(this.#slot("step"), progress);
    return undefined;
  }

  #interrupted(trouble) {
    const words = trouble && explain(trouble);
    if (words && !words.signIn) Object.assign(words, { text: t("The check goes on. This page keeps trying."), again: false });
    if (words?.signIn) words.text = t("The file is kept. Sign in again, then open Upload file: it is still there.");
    showTrouble(this.#slot("arrived-trouble"), words);
  }

  #ready(job) {
    const upload = pending(this.#kind);
    if (!upload) return this.#gone();
    const words = UPLOADS[this.#kind];
    this.#enter("ready", readyView(job, upload, this.#kind, this.#preview), { isReady: this.#kind === "create" || job.changed_rows !== 0 });
    titled(t("Ready"));
    return announce(`${t("{name} has arrived: {ready}.", { name: shown(upload.filename), ready: words.ready(job) })} ${words.press}`);
  }

  #wrong(job) {
    const upload = pending(this.#kind);
    if (!upload) return this.#gone();
    this.#enter("wrong", wrongView(job, upload), { buttons: wrongButtons(job, this.#slot("arrived-trouble")) });
    titled(t("Not ready"));
    announce(`${problemWords(job)}. ${UPLOADS[this.#kind].nothing}`);
    return this.focus();
  }

  #refused(error) {
    if (!(error instanceof Trouble)) throw error;
    if (error.status === 404) return this.#gone();
    const words = explain(error);
    if (error.status === 401) words.text = t("The file is kept. Sign in again, then open Upload file: it is still there.");
    // Asked once more with the same key, it is the same check.
    return this.#stopped(words, error.status === 422 ? checkAnew : (same) => same);
  }

  /** The check has not come to an end. `next` makes of the file what the next check begins with. */
  #stopped(words, next) {
    this.#enter("stopped", make("p", {}, t("The file has arrived, but has not been checked yet.")));
    titled(null);
    showTrouble(this.#slot("arrived-trouble"), { ...words, again: !words.signIn }, () => {
      const upload = pending(this.#kind);
      this.#check(upload && next(upload, this.#kind));
    });
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
      this.#begun(await submit(upload, this.#kind));
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
    else if (words.again) words.text = `${words.text} ${UPLOADS[this.#kind].again}`;
    return showTrouble(this.#slot("arrived-trouble"), words);
  }

  #gone() {
    forget(this.#kind);
    this.leave();
    this.#told.onGone();
  }
}
