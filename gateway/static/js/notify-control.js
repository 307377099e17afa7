/** The offer to be told by a notification when the job has ended, under a job at work. */

import { announce, find } from "./dom.js";
import { allowed, askLeave, canAsk } from "./notify.js";

/** Make the parts of a `data-slot="notify"` work: the button that asks, and what is said once it was allowed. */
export function notifyControl(box) {
  const [ask, on] = ["ask", "on"].map((name) => find(`[data-notify="${name}"]`, box));

  function show() {
    ask.hidden = !canAsk();
    on.hidden = !allowed();
    box.hidden = ask.hidden && on.hidden;
  }

  ask.addEventListener("click", async () => {
    await askLeave();
    const said = allowed() ? on.textContent : "";
    show();
    announce(said);
  });
  show();
}
