/** The check of a file that has arrived: a job that makes nothing, by the same rules as the job that will. */

import { ask } from "./api.js";
import { amend, newKey, pending } from "./pending.js";
import { watch } from "./watch.js";

/** What both the check and the job itself are asked with. */
function order(upload, kind) {
  return { upload_id: upload.upload_id, ...(kind === "create" ? {} : { kind }), ...(upload.columns ? { columns: upload.columns } : {}) };
}

/** The id of the job that `json` asks for; the same key gives the same job. */
async function job(json, key) {
  const { body } = await ask("/jobs", { method: "POST", json, headers: { "Idempotency-Key": key } });
  return body.job_id;
}

/** Have the file that waits processed: the id of the job. Rejects with `Trouble`. */
export const submit = (upload, kind) => job(order(upload, kind), upload.key);

/**
 * Check the file that waits, or go on watching the check under way. `told` as in `watch`; once stopped it hears nothing.
 * @param {{onJob: (job: object) => void, onTrouble: (trouble: object | null) => void, onGone: () => void, onRefused: (error: Error) => void}} told
 *   `onRefused` when the check could not be begun
 * @returns {() => void} stops
 */
export function check(kind, told) {
  let stop = null;
  let stopped = false;

  async function begin() {
    try {
      const jobId = await started(kind);
      if (!stopped) stop = watch(jobId, told);
    } catch (error) {
      if (!stopped) told.onRefused(error);
    }
  }

  begin();
  return () => {
    stopped = true;
    stop?.();
  };
}

/** The id of the job that checks. Its key is kept before it is asked for, so that asking again gives the same job. */
async function started(kind) {
  let upload = pending(kind);
  if (upload.check?.job_id) return upload.check.job_id;
  upload = amend(upload.upload_id, { check: { key: upload.check?.key ?? newKey() } }, kind);
  const jobId = await job({ ...order(upload, kind), dry_run: true }, upload.check.key);
  amend(upload.upload_id, { check: { ...upload.check, job_id: jobId } }, kind);
  return jobId;
}

/** The next check is a new one: the columns were chosen anew, or what was in the way may be gone. */
export const checkAnew = (upload, kind, members = {}) => amend(upload.upload_id, { ...members, check: null }, kind);
