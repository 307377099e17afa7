/** What a job does, in the words of its kind: it creates, updates or deletes Seats, or it undoes another job. */

import { t, tn } from "./i18n.js";

/** "create", "update", "delete" or "undo". */
export const kindOf = ({ kind, undo_of }) => (undo_of ? "undo" : (kind ?? "create"));

/** For how many rows the job did what it is for. */
export function done(job) {
  return { create: job.created, update: job.updated, delete: job.deleted, undo: job.deleted }[kindOf(job)] ?? 0;
}

const STAGES = {
  create: t("Creating Seats"),
  update: t("Updating Seats"),
  delete: t("Deleting Seats"),
  undo: t("Undoing"),
};

/** What happens in a job's state. */
export function stage(job) {
  if (job.state === "submitted") return t("Waiting to be checked");
  return job.state === "validating" ? t("Checking every row") : STAGES[kindOf(job)];
}

/** What was done, as a heading: "500 Seats created", "No Seats created". */
export function doneWords(job) {
  const n = done(job);
  switch (kindOf(job)) {
    case "update":
      return n ? tn("{n} Seat updated", "{n} Seats updated", n) : t("No Seats updated");
    case "delete":
      return n ? tn("{n} Seat deleted", "{n} Seats deleted", n) : t("No Seats deleted");
    case "undo":
      return n ? tn("{n} Seat undone", "{n} Seats undone", n) : t("No Seats undone");
    default:
      return n ? tn("{n} Seat created", "{n} Seats created", n) : t("No Seats created");
  }
}

/** What was not done, behind `doneWords`. */
export function failedWords(job) {
  const n = job.failed ?? 0;
  return kindOf(job) === "undo" ? tn("{n} left as it is", "{n} left as they are", n) : tn("{n} row failed", "{n} rows failed", n);
}

/** The heading of a job that was cancelled. Where it was cancelled while its file was read, nobody has counted the rows. */
export function cancelledWords(job) {
  if (job.rows === null) return kindOf(job) === "create" ? t("Cancelled before any Seat was created") : t("Cancelled before anything was changed");
  const rest = tn("{n} row not processed", "{n} rows not processed", job.not_processed ?? 0);
  const n = done(job);
  const before = {
    create: n ? tn("{n} Seat created before", "{n} Seats created before", n) : t("No Seats created before"),
    update: n ? tn("{n} Seat updated before", "{n} Seats updated before", n) : t("No Seats updated before"),
  }[kindOf(job)];
  const deleted = n ? tn("{n} Seat deleted before", "{n} Seats deleted before", n) : t("No Seats deleted before");
  return t("Cancelled: {before}, {rest}", { before: before ?? deleted, rest });
}

/** A job's end in one line, for an announcement. */
export function endWords(job) {
  switch (job.state) {
    case "completed":
      return doneWords(job);
    case "completed_with_errors":
      return `${doneWords(job)}, ${failedWords(job)}`;
    case "rejected":
      return t("The file was not accepted");
    case "cancelled":
      return cancelledWords(job);
    default:
      return t("Stopped by an error on our side");
  }
}

/** The pop-up's words for a file that has arrived, by what is to be done with it. */
export const UPLOADS = {
  create: {
    title: t("Create Seats"),
    ready: ({ rows }) => tn("{n} Seat ready", "{n} Seats ready", rows),
    text: t("Every row was checked. Nothing has been created yet."),
    press: t("Press Create to create them."),
    nothing: t("Nothing has been created."),
    again: t("The file is kept, and pressing Create again is safe: it makes one job."),
  },
  update: {
    title: t("Update Seats"),
    ready: ({ changed_rows: n }) => (n ? tn("{n} Seat will change", "{n} Seats will change", n) : t("Nothing would change")),
    text: t("Every row was checked. Nothing has been changed yet."),
    press: t("Press Update to change them."),
    nothing: t("Nothing has been changed."),
    again: t("The file is kept, and pressing Update again is safe: it makes one job."),
  },
};
