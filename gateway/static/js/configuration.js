/** The Configuration page: opens the pop-up, tells the limits, and finds a job that still runs. */

import { Trouble, ask } from "./api.js";
import { copy, fill, find } from "./dom.js";
import { t, tn } from "./i18n.js";
import { UploadDialog } from "./upload-dialog.js";
import { limit, shown } from "./words.js";

const RUNNING = ["provisioning", "validating", "submitted"];

let limits = null;

const dialog = new UploadDialog({ limits: () => limits, onJob: jobShown });

/** The address names the job that the pop-up shows, so that a reload finds it again. */
function jobShown(jobId, open) {
  const address = new URL(location.href);
  address.hash = "";
  if (open) address.searchParams.set("job", jobId);
  else address.searchParams.delete("job");
  history.replaceState(null, "", address);
  if (!open) offerRunning();
  else find("#running").replaceChildren();
}

async function tellLimits() {
  const { body } = await ask("/limits");
  limits = body;
  const parts = [body.max_rows && tn("{n} row", "{n} rows", body.max_rows), body.max_upload_bytes && limit(body.max_upload_bytes)].filter(Boolean);
  const line = find("#limits");
  if (parts.length) line.textContent = `${line.dataset.start} ${parts.length === 2 ? t("Up to {rows} and {size}.", { rows: parts[0], size: parts[1] }) : t("Up to {most}.", { most: parts[0] })}`;
}

async function offerRunning() {
  const answers = await Promise.all(RUNNING.map((state) => ask(`/jobs?state=${state}&limit=1`)));
  const job = answers.flatMap(({ body }) => body.jobs).sort((a, b) => b.submitted_at.localeCompare(a.submitted_at))[0];
  if (!job || new URL(location.href).searchParams.has("job")) return find("#running").replaceChildren();
  const note = copy("running-note");
  fill(note, { filename: shown(job.filename ?? t("A file")) });
  const link = find('[data-slot="link"]', note);
  link.href = `?job=${job.job_id}`;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    dialog.openJob(job.job_id);
  });
  return find("#running").replaceChildren(note);
}

/** What only adds to the page may fail in silence: the page works without it. */
async function ifPossible(doing) {
  try {
    await doing();
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
  }
}

find("#open-upload").addEventListener("click", () => dialog.open());
ifPossible(tellLimits);
const asked = new URL(location.href).searchParams.get("job");
if (asked && /^[0-9a-f-]{36}$/i.test(asked)) dialog.openJob(asked);
else {
  ifPossible(offerRunning);
  if (location.hash === "#upload") dialog.open();
}
