/** The Configuration page: opens the pop-up, tells the limits, and shows the jobs that are at work. */

import { Trouble, ask, explain } from "./api.js";
import { copy, fill, find } from "./dom.js";
import { followed } from "./followed.js";
import { t, tn } from "./i18n.js";
import { pending } from "./pending.js";
import { showTrouble } from "./trouble.js";
import { limit, shown } from "./words.js";

const STATES = ["provisioning", "validating", "submitted"];
const MOST_SHOWN = 4;

let limits = null;
let running = null;

/** The pop-up and what it needs are fetched when they are wanted, so that the page itself is light. */
let dialog = null;
function popUp() {
  dialog ??= import("./upload-dialog.js").then(({ UploadDialog }) => new UploadDialog({ limits: () => limits, onJob: jobShown }));
  return dialog;
}

async function withPopUp(doing) {
  let it;
  try {
    it = await popUp();
  } catch {
    dialog = null;
    showTrouble(find("#running"), explain(new Trouble()), () => withPopUp(doing));
    return;
  }
  stillOutside();
  doing(it);
}

/** What stands on the page itself gives way to the pop-up. */
function stillOutside() {
  running?.clear();
  find("#running").replaceChildren();
}

const open = () => withPopUp((it) => it.open());
const openJob = (jobId) => withPopUp((it) => it.openJob(jobId));

/** The address names the job that the pop-up shows, so that a reload finds it again. */
function jobShown(jobId, isOpen) {
  const address = new URL(location.href);
  address.hash = "";
  if (isOpen) address.searchParams.set("job", jobId);
  else address.searchParams.delete("job");
  history.replaceState(null, "", address);
  if (!isOpen) ifPossible(tellRunning);
}

async function tellLimits() {
  const { body } = await ask("/limits");
  limits = body;
  const parts = [body.max_rows && tn("{n} row", "{n} rows", body.max_rows), body.max_upload_bytes && limit(body.max_upload_bytes)].filter(Boolean);
  const line = find("#limits");
  if (parts.length) line.textContent = `${line.dataset.start} ${parts.length === 2 ? t("Up to {rows} and {size}.", { rows: parts[0], size: parts[1] }) : t("Up to {most}.", { most: parts[0] })}`;
}

/** The newest jobs at work in the account, whoever began them and wherever. Rejects with `Trouble`. */
async function atWork() {
  const answers = await Promise.all(STATES.map((state) => ask(`/jobs?state=${state}&limit=${MOST_SHOWN}`)));
  const jobs = answers.flatMap(({ body }) => body.jobs);
  return jobs.sort((a, b) => b.submitted_at.localeCompare(a.submitted_at)).slice(0, MOST_SHOWN);
}

/** A file that waits for Create comes first, then the jobs at work. What has ended unseen is told in a corner. */
async function tellRunning() {
  const place = find("#running");
  const jobs = await atWork();
  if (find("#upload").open) return;
  stillOutside();
  if (jobs.length) {
    const { runningJobs } = await import("./running.js");
    running ??= runningJobs(place, openJob);
    running.show(jobs);
  }
  const upload = pending();
  if (upload) place.prepend(waiting(upload));
  const ended = followed().filter((id) => !jobs.some(({ job_id }) => job_id === id));
  if (ended.length) (await import("./toasts.js")).watchAll(ended);
}

function waiting({ filename }) {
  const note = copy("waiting-note");
  fill(note, { filename: shown(filename) });
  find("a", note).addEventListener("click", (event) => {
    event.preventDefault();
    open();
  });
  return note;
}

/** What only adds to the page may fail in silence: the page works without it. */
async function ifPossible(doing) {
  try {
    await doing();
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
  }
}

find("#open-upload").addEventListener("click", (event) => {
  event.preventDefault();
  open();
});
for (const sign of ["pointerenter", "focus"]) find("#open-upload").addEventListener(sign, () => popUp().catch(() => (dialog = null)), { once: true });
ifPossible(tellLimits);
const asked = new URL(location.href).searchParams.get("job");
if (asked && /^[0-9a-f-]{36}$/i.test(asked)) openJob(asked);
else {
  ifPossible(tellRunning);
  if (location.hash === "#upload") open();
}
