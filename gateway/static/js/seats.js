/** The Seats tab: search, a page at a time, choose, export, delete, update from a file. The address is the state. */

import { Trouble, ask, explain } from "./api.js";
import { openUpdate } from "./bulk-update.js";
import { announce, find } from "./dom.js";
import { seatName, seatRow } from "./seat-row.js";
import { choiceBar } from "./seats-choice.js";
import { showTrouble } from "./trouble.js";

const PAGE = 50;
const TYPING_MS = 250;

const form = find("#search");
const rows = find("#seats tbody");
const trouble = find("#list-trouble");
/** What is searched for; the Seats in sight; and how many the search finds (null while that is not known). */
const list = { q: "", seats: [], count: null };
const choice = choiceBar(rows, trouble, list);

let next = null;
let turn = 0;

// What is asked for

const cursor = () => new URLSearchParams(location.search).get("cursor") ?? "";
/** The cursors of the pages before this one, kept with the entry of the browser's history. */
const before = () => history.state?.before ?? [];

function address(at) {
  const asked = new URLSearchParams([["q", list.q], ["cursor", at]].filter(([, value]) => value));
  return asked.size ? `/seats?${asked}` : "/seats";
}

async function load({ recount = false } = {}) {
  const mine = (turn += 1);
  if (recount) tellCount();
  const asked = new URLSearchParams({ limit: String(PAGE), ...(list.q && { q: list.q }), ...(cursor() && { cursor: cursor() }) });
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
async function tellCount() {
  const asked = list.q;
  list.count = null;
  try {
    const { body } = await ask(`/seats/count${asked ? `?${new URLSearchParams({ q: asked })}` : ""}`);
    if (asked !== list.q) return;
    list.count = body.count;
    choice.show();
  } catch (error) {
    if (!(error instanceof Trouble)) throw error; // the list says so itself
  }
}

function show(body) {
  list.seats = body.seats.map((seat) => ({ user_id: seat.user_id, name: seatName(seat) }));
  next = body.next_cursor;
  rows.replaceChildren(...body.seats.map((seat) => seatRow(seat, choice.has(seat.user_id))));
  const isEmpty = !list.seats.length && !cursor();
  find("#seats").hidden = !list.seats.length;
  find("#empty-all").hidden = !isEmpty || Boolean(list.q);
  find("#empty-filtered").hidden = !isEmpty || !list.q;
  find("#pager").hidden = !next && !cursor();
  for (const [id, isThere] of [["#previous", Boolean(cursor())], ["#next", Boolean(next)]]) find(id).setAttribute("aria-disabled", String(!isThere));
  if (isEmpty) choice.clear();
  else choice.show();
}

// Searching and paging

async function searched() {
  const asked = String(new FormData(form).get("q")).trim();
  if (asked === list.q) return;
  list.q = asked;
  choice.clear();
  history.replaceState(null, "", address(""));
  if (await load({ recount: true })) announce(list.seats.length ? choice.words() : find("#empty-filtered h2").textContent);
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
  choice.focus();
}

find("#next").addEventListener("click", () => next && turnTo(next, [...before(), cursor()]));
find("#previous").addEventListener("click", () => {
  if (!cursor()) return;
  const earlier = before();
  turnTo(earlier.at(-1) ?? "", earlier.slice(0, -1));
});

function arrived() {
  const asked = new URLSearchParams(location.search).get("q")?.trim() ?? "";
  if (asked !== list.q) choice.clear();
  list.q = asked;
  find("#q").value = list.q;
  load({ recount: true });
}

addEventListener("popstate", arrived);
openUpdate(find("#open-update"), { onChanged: () => load({ recount: true }) });
// What somebody has typed before this script was there counts as well.
if (find("#q").value === find("#q").defaultValue) arrived();
else searched();
