/** The Seats tab: search, a page at a time, choose, export, delete, update from a file. The address is the state. */

import { Trouble, ask, explain } from "./api.js";
import { openUpdate } from "./bulk-update.js";
import { deleteSeats } from "./delete-seats.js";
import { announce, find } from "./dom.js";
import { exportLink } from "./export.js";
import { t, tn } from "./i18n.js";
import { seatName, seatRow } from "./seat-row.js";
import { Selection } from "./selection.js";
import { showTrouble } from "./trouble.js";

const PAGE = 50;
const TYPING_MS = 250;

const form = find("#search");
const rows = find("#seats tbody");
const trouble = find("#list-trouble");
const [pageTick, all, none, deleting] = ["#choose-page", "#choose-all", "#choose-none", "#delete"].map((id) => find(id));
const selection = new Selection(showChoice);
const showExport = exportLink(find("#export"), trouble, () => ({ userIds: selection.size ? selection.userIds : null, q }));

let q = "";
/** The Seats in sight, and how many the search finds (null while that is not known). */
let seats = [];
let count = null;
let next = null;
let turn = 0;
let lastTicked = null;

// What is asked for

const cursor = () => new URLSearchParams(location.search).get("cursor") ?? "";
/** The cursors of the pages before this one, kept with the entry of the browser's history. */
const before = () => history.state?.before ?? [];

function address(at) {
  const asked = new URLSearchParams([["q", q], ["cursor", at]].filter(([, value]) => value));
  return asked.size ? `/seats?${asked}` : "/seats";
}

async function load({ recount = false } = {}) {
  const mine = (turn += 1);
  if (recount) tellCount(mine);
  const asked = new URLSearchParams({ limit: String(PAGE), ...(q && { q }), ...(cursor() && { cursor: cursor() }) });
  try {
    const { body } = await ask(`/seats?${asked}`);
    if (mine !== turn) return false;
    showTrouble(trouble, null);
    show(body);
    return true;
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    if (mine !== turn) return false;
    if (error.code === "bad_cursor") return toFirstPage();
    showTrouble(trouble, explain(error), () => load({ recount: true }));
    return false;
  }
}

function toFirstPage() {
  history.replaceState(null, "", address(""));
  return load({ recount: true });
}

/** The number comes when it comes: the list does not wait for it. */
async function tellCount(mine) {
  count = null;
  try {
    const { body } = await ask(`/seats/count${q ? `?${new URLSearchParams({ q })}` : ""}`);
    if (mine !== turn && !seats.length) return;
    count = body.count;
    showChoice();
  } catch (error) {
    if (!(error instanceof Trouble)) throw error; // the list says so itself
  }
}

function show(body) {
  seats = body.seats.map((seat) => ({ user_id: seat.user_id, name: seatName(seat) }));
  next = body.next_cursor;
  lastTicked = null;
  rows.replaceChildren(...body.seats.map((seat) => seatRow(seat, selection.has(seat.user_id))));
  const isEmpty = !seats.length && !cursor();
  find("#seats").hidden = !seats.length;
  find("#empty-all").hidden = !isEmpty || Boolean(q);
  find("#empty-filtered").hidden = !isEmpty || !q;
  find("#pager").hidden = !next && !cursor();
  for (const [id, isThere] of [["#previous", Boolean(cursor())], ["#next", Boolean(next)]]) find(id).setAttribute("aria-disabled", String(!isThere));
  if (isEmpty) selection.clear();
  else showChoice();
}

// Choosing

function words() {
  if (selection.isAll) return count === null ? t("All are chosen") : tn("{n} chosen: all there is", "{n} chosen: all there are", count);
  if (selection.size) return tn("{n} chosen", "{n} chosen", selection.size);
  return count === null ? "" : q ? tn("{n} Seat found", "{n} Seats found", count) : tn("{n} Seat", "{n} Seats", count);
}

function showChoice() {
  const isAny = selection.isAll || selection.size > 0;
  const onPage = seats.filter(({ user_id }) => selection.has(user_id)).length;
  find("#bar").hidden = !seats.length;
  find("#bar").classList.toggle("chosen", isAny);
  if (find("#told").textContent !== words()) find("#told").textContent = words();
  pageTick.checked = seats.length > 0 && onPage === seats.length;
  pageTick.indeterminate = onPage > 0 && onPage < seats.length;
  all.hidden = !isAny || selection.isAll || count === null || selection.size >= count;
  all.textContent = count === null ? "" : q ? t("Choose all {n} found", { n: count }) : t("Choose all {n}", { n: count });
  none.hidden = !isAny;
  deleting.hidden = !isAny;
  find("#export span").textContent = isAny ? t("Export") : q ? t("Export what was found") : t("Export all");
  for (const row of rows.children) {
    const isChosen = selection.has(row.dataset.seat);
    row.classList.toggle("chosen", isChosen);
    find("input", row).checked = isChosen;
  }
  showExport();
}

/** With Shift all rows from the last one ticked to this one. */
function ticked(event) {
  const row = event.target.closest("tr");
  const at = [...rows.children].indexOf(row);
  const from = event.shiftKey && lastTicked !== null ? lastTicked : at;
  const some = seats.slice(Math.min(from, at), Math.max(from, at) + 1);
  lastTicked = at;
  selection.set(some, event.target.checked, seats);
}

rows.addEventListener("click", (event) => event.target.matches("input") && ticked(event));
pageTick.addEventListener("change", () => selection.set(seats, pageTick.checked, seats));
all.addEventListener("click", () => {
  selection.chooseAll();
  none.focus();
});
none.addEventListener("click", () => {
  selection.clear();
  pageTick.focus();
});
deleting.addEventListener("click", () => {
  if (selection.isAll) deleteSeats({ n: count ?? seats.length, what: { q } });
  else deleteSeats({ n: selection.size, names: selection.names, what: { user_ids: selection.userIds } });
});

// Searching and paging

async function searched() {
  const asked = String(new FormData(form).get("q")).trim();
  if (asked === q) return;
  q = asked;
  selection.clear();
  history.replaceState(null, "", address(""));
  if (await load({ recount: true })) announce(seats.length ? words() : find("#empty-filtered h2").textContent);
}

let typing = 0;
form.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(searched, TYPING_MS);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(typing);
  searched();
});

async function turnTo(at, earlier) {
  history.pushState({ before: earlier }, "", address(at));
  if (!(await load())) return;
  find("h1").scrollIntoView();
  pageTick.focus({ preventScroll: true });
}

find("#next").addEventListener("click", () => next && turnTo(next, [...before(), cursor()]));
find("#previous").addEventListener("click", () => {
  if (!cursor()) return;
  const earlier = before();
  turnTo(earlier.at(-1) ?? "", earlier.slice(0, -1));
});

function arrived() {
  q = new URLSearchParams(location.search).get("q")?.trim() ?? "";
  find("#q").value = q;
  load({ recount: true });
}

addEventListener("popstate", arrived);
openUpdate(find("#open-update"), { onChanged: () => load({ recount: true }) });
arrived();
