/**
 * The file that has arrived but is not yet created, kept for this browser tab: a reload or a new sign-in does not lose
 * it, and its `Idempotency-Key` stays the same, so that Create pressed twice is one job.
 */

const NAME = "bulk-pending-upload";

/** @returns {{upload_id: string, filename: string, size: number, expires_at: string, key: string} | null} */
export function pending() {
  const kept = JSON.parse(sessionStorage.getItem(NAME) ?? "null");
  if (kept && Date.parse(kept.expires_at) <= Date.now()) return forget();
  return kept;
}

export function keep({ upload_id, filename, size, expires_at }) {
  const kept = { upload_id, filename, size, expires_at, key: newKey() };
  sessionStorage.setItem(NAME, JSON.stringify(kept));
  return kept;
}

export function forget() {
  sessionStorage.removeItem(NAME);
  return null;
}

/** `crypto.randomUUID` is only there over https and on this very machine; random bytes are there everywhere. */
function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
