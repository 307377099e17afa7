/** Asking the public API, and saying in plain words what went wrong. */

import { language, t } from "./i18n.js";

const PATIENCE_MS = 20_000;

/** A refusal of the API (`status`, its stable `code`, `detail` for people), or status 0 when it could not be reached. */
export class Trouble extends Error {
  constructor({ status = 0, code = "unreachable", detail = "", retryAfter = null, problem = {} } = {}) {
    super(`${status} ${code}`);
    Object.assign(this, { status, code, detail, retryAfter, problem });
  }

  /** From a status, the text of the body and the Retry-After header (seconds) of an answer. */
  static of(status, text, retryAfter) {
    let problem = {};
    try {
      problem = JSON.parse(text) ?? {};
    } catch {
      // A proxy's own page, not the API's words: the status alone has to do.
    }
    const seconds = Number.parseInt(retryAfter ?? "", 10);
    return new Trouble({ status, code: problem.code ?? "unknown", detail: problem.detail ?? "", retryAfter: Number.isNaN(seconds) ? null : seconds, problem });
  }
}

/**
 * One request; resolves to {status, etag, body}, where 304 has no body. Rejects with `Trouble`.
 * @param {{method?: string, json?: object, headers?: object, patience?: number}} options `patience` in ms
 */
export async function ask(path, { method = "GET", json, headers: more = {}, patience = PATIENCE_MS } = {}) {
  let answer, text;
  try {
    answer = await fetch(`/api/v1${path}`, {
      method,
      headers: { Accept: "application/json", "Accept-Language": language, ...(json ? { "Content-Type": "application/json" } : {}), ...more },
      body: json && JSON.stringify(json),
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.timeout(patience),
    });
    text = answer.status === 304 || answer.status === 204 ? "" : await answer.text();
  } catch {
    throw new Trouble();
  }
  if (!answer.ok && answer.status !== 304) throw Trouble.of(answer.status, text, answer.headers.get("Retry-After"));
  return { status: answer.status, etag: answer.headers.get("ETag"), body: text ? JSON.parse(text) : null };
}

/** Where to sign in so as to come back to this page. */
export const signInAddress = () => `/login?next=${encodeURIComponent(location.pathname + location.search)}`;

/** What to tell a person: a title, a text, whether trying again makes sense, whether signing in does. */
export function explain(trouble) {
  if (!(trouble instanceof Trouble)) throw trouble;
  const wait = trouble.retryAfter ? t("Please wait {s} s, then try again.", { s: trouble.retryAfter }) : t("Please try again in a moment.");
  switch (trouble.status) {
    case 0:
      return { title: t("No connection."), text: t("Bulk Manager could not be reached. Check your network, then try again."), again: true };
    case 401:
      return { title: t("You have been signed out."), text: t("Sign in again to go on."), signIn: true };
    case 429:
      return { title: t("Too many requests."), text: wait, again: true };
    case 502:
    case 503:
    case 504:
    case 507:
      return { title: t("Bulk Manager is not ready just now."), text: `${trouble.detail || t("Nothing is lost.")} ${trouble.retryAfter || !trouble.detail ? wait : ""}`.trim(), again: true };
    default:
      if (trouble.status >= 500) return { title: t("Something went wrong on our side."), text: wait, again: true };
      return { title: t("That was not accepted."), text: trouble.detail || t("The answer was {status}.", { status: String(trouble.status) }) };
  }
}
