/**
 * The file that has arrived but is not yet created, kept for this browser tab: a reload or a new sign-in does not lose
 * it, and its `Idempotency-Key` stays the same, so that Create pressed twice is one job. What was chosen for its columns
 * and the job that checks it are kept with it.
 */

const NAME = "bulk-pending-";
const MEMBERS = ["upload_id", "filename", "size", "sha256", "expires_at", "sheets", "sheet", "header"];

/**
 * The file that waits, for a kind of job ("create" or "update").
 * @returns {{upload_id: string, filename: string, size: number, sha256: string, expires_at: string, key: string,
 *   sheets: string[] | null, sheet: string | null, header: object | null, columns?: object, check?: {key: string, job_id?: string}} | null}
 */
export function pending(kind = "create") {
  const kept = JSON.parse(sessionStorage.getItem(NAME + kind) ?? "null");
  if (kept && Date.parse(kept.expires_at) <= Date.now()) return forget(kind);
  return kept;
}

/** Keep what `POST /uploads` answered. */
export function keep(upload, kind = "create") {
  const kept = Object.fromEntries(MEMBERS.map((name) => [name, upload[name] ?? null]));
  return write({ ...kept, key: newKey() }, kind);
}

/** Change what is kept of the same file: nothing, if another one has come or it is gone. */
export function amend(uploadId, members, kind = "create") {
  const kept = pending(kind);
  return kept?.upload_id === uploadId ? write({ ...kept, ...members }, kind) : null;
}

function write(kept, kind) {
  sessionStorage.setItem(NAME + kind, JSON.stringify(kept));
  return kept;
}

export function forget(kind = "create") {
  sessionStorage.removeItem(NAME + kind);
  return null;
}

/** `crypto.randomUUID` is only there over https and on this very machine; random bytes are there everywhere. */
export function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
