/** A notification of the browser when a job has ended while its tab was not looked at. Asked for only by a click. */

import { shown } from "./words.js";

const can = () => isSecureContext && "Notification" in window;

/** Whether it makes sense to offer it: the browser can, and has not been asked yet. */
export const canAsk = () => can() && Notification.permission === "default";

export const allowed = () => can() && Notification.permission === "granted";

/** Ask for leave: to be called from a click. Resolves to whether it was given. */
export async function askLeave() {
  return can() && (await Notification.requestPermission()) === "granted";
}

/** Tell of a job's end, if allowed and if nobody looks at the page. Pressed, it brings the page back. */
export function notify({ title, text, tag }) {
  if (!allowed() || document.visibilityState === "visible") return;
  try {
    const note = new Notification(title, { body: shown(text), tag });
    note.addEventListener("click", () => {
      window.focus();
      note.close();
    });
  } catch {
    // Some browsers of telephones know Notification, but only from a service worker.
  }
}
