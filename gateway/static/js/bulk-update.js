/** Bulk update: the upload pop-up for a file that changes Seats, with a preview of what will change. */

import { Trouble, ask, explain } from "./api.js";
import { copy, find } from "./dom.js";
import { showTrouble } from "./trouble.js";

let limits = null;
let dialog = null;

/** The pop-up and what it needs are fetched when they are wanted. */
function popUp(onChanged) {
  dialog ??= Promise.all([import("./upload-dialog.js"), import("./update-preview.js")]).then(([{ UploadDialog }, { preview }]) => {
    find('#upload [data-stage="choose"] .body').prepend(copy("update-intro"));
    ask("/limits").then(({ body }) => (limits = body), () => {});
    return new UploadDialog({ kind: "update", limits: () => limits, preview, onJob: (jobId, isOpen) => jobShown(jobId, isOpen, onChanged) });
  });
  return dialog;
}

/** The address names the job that the pop-up shows, so that a reload finds it again. */
function jobShown(jobId, isOpen, onChanged) {
  const address = new URL(location.href);
  address.hash = "";
  if (isOpen) address.searchParams.set("job", jobId);
  else address.searchParams.delete("job");
  history.replaceState(history.state, "", address);
  if (jobId && !isOpen) onChanged();
}

/**
 * Make `button` open the pop-up; the address may ask for it, too (`#update`, or `?job=` for the progress of an update).
 * @param {{onChanged: () => void}} told hears when Seats may have changed
 */
export function openUpdate(button, { onChanged }) {
  async function withPopUp(doing) {
    let it;
    try {
      it = await popUp(onChanged);
    } catch {
      dialog = null;
      showTrouble(find("#list-trouble"), explain(new Trouble()), () => withPopUp(doing));
      return;
    }
    doing(it);
  }

  button.addEventListener("click", () => withPopUp((it) => it.open()));
  for (const sign of ["pointerenter", "focus"]) button.addEventListener(sign, () => popUp(onChanged).catch(() => (dialog = null)), { once: true });
  const job = new URL(location.href).searchParams.get("job");
  if (job && /^[0-9a-f-]{36}$/i.test(job)) withPopUp((it) => it.openJob(job));
  else if (location.hash === "#update") withPopUp((it) => it.open());
}
