/** Watching a job until it ends: asks less often as time goes on and while nobody looks at the page, never gives up. */

import { Trouble, ask } from "./api.js";

const FIRST_MS = 400;
const LONGEST_MS = 2_000;
const LONGEST_IN_TROUBLE_MS = 10_000;
/** The title and a notification tell those who look elsewhere. */
const HIDDEN_MS = 5_000;

const ENDED = new Set(["checked", "completed", "completed_with_errors", "rejected", "failed", "cancelled"]);

export const hasEnded = (job) => ENDED.has(job.state);

/**
 * @param {{onJob: (job: object) => void, onTrouble: (trouble: Trouble | null) => void, onGone: () => void}} told
 *   `onJob` each time the job has changed; `onTrouble` when it can't be asked, and with null when it can again;
 *   `onGone` when there is no such job.
 * @returns {() => void} stops watching
 */
export function watch(jobId, { onJob, onTrouble, onGone }) {
  const state = { wait: FIRST_MS, etag: null, timer: 0, asking: false, stopped: false, troubled: false };

  const again = (ms) => {
    clearTimeout(state.timer);
    if (!state.stopped) state.timer = setTimeout(look, document.hidden ? Math.max(ms, HIDDEN_MS) : ms);
  };

  const stop = () => {
    state.stopped = true;
    clearTimeout(state.timer);
    document.removeEventListener("visibilitychange", wake);
    removeEventListener("online", wake);
  };

  async function look() {
    if (state.asking || state.stopped) return;
    state.asking = true;
    try {
      tell(await ask(`/jobs/${jobId}`, { headers: state.etag ? { "If-None-Match": state.etag } : {} }));
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      failed(error);
    } finally {
      state.asking = false;
    }
  }

  function tell({ etag, body }) {
    if (state.stopped) return;
    if (state.troubled) {
      Object.assign(state, { troubled: false, wait: FIRST_MS });
      onTrouble(null);
    }
    if (body) {
      state.etag = etag;
      if (hasEnded(body)) stop();
      onJob(body);
    }
    again(state.wait);
    state.wait = Math.min(state.wait * 1.25, LONGEST_MS);
  }

  function failed(trouble) {
    if (state.stopped) return;
    if (trouble.status === 404) {
      stop();
      onGone();
      return;
    }
    state.wait = Math.min(Math.max(state.troubled ? state.wait * 2 : FIRST_MS, 1_000), LONGEST_IN_TROUBLE_MS);
    state.troubled = true;
    onTrouble(trouble);
    again(Math.max(state.wait, (trouble.retryAfter ?? 0) * 1_000));
  }

  function wake() {
    clearTimeout(state.timer);
    if (document.hidden) return;
    state.wait = FIRST_MS;
    look();
  }

  document.addEventListener("visibilitychange", wake);
  addEventListener("online", wake);
  look();
  return stop;
}
