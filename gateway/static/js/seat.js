/** The page of one Seat: its values, and which job and line made it. */

import { Trouble, ask, explain } from "./api.js";
import { deleteSeats } from "./delete-seats.js";
import { fill, find, make } from "./dom.js";
import { guard } from "./download.js";
import { t } from "./i18n.js";
import { fact } from "./job-facts.js";
import { seatName } from "./seat-row.js";
import { showTrouble } from "./trouble.js";
import { number, shown, time } from "./words.js";

const userId = find("#seat").dataset.seat;
const trouble = find("#trouble");

const nothing = () => make("span", { class: "nothing" }, "–");

/** All columns of the template but the secret ones, in its order. */
function values(seat) {
  return [...find("#columns").content.children].map(({ dataset: { column }, textContent: label }) => {
    const value = column in seat ? seat[column] : seat.attributes[column];
    return fact(label, value ? make("bdi", {}, shown(value)) : nothing());
  });
}

async function madeBy({ job_id, line }) {
  const element = make("span", {}, copyOf(job_id, line, t("a job")));
  try {
    const { body } = await ask(`/jobs/${job_id}`);
    element.replaceChildren(copyOf(job_id, line, shown(body.filename || t("Unnamed file"))));
  } catch (error) {
    if (!(error instanceof Trouble)) throw error; // without the file's name then
  }
  return element;
}

function copyOf(jobId, line, file) {
  const element = make("span", {});
  element.append(...find("#made-by").content.cloneNode(true).childNodes);
  fill(element, { line: number(line), file });
  find("a", element).href = `/event-logs/${jobId}`;
  return element;
}

async function origin(seat) {
  const facts = [
    fact(t("Made by"), await madeBy(seat), "half"),
    fact(t("Created"), time(seat.created_at, true)),
    fact(t("Last changed"), seat.changed_at ? time(seat.changed_at, true) : t("Not since it was made")),
    fact(t("User ID"), make("code", {}, seat.user_id), "wide"),
  ];
  find("#origin").replaceChildren(...facts.filter(Boolean));
  find("#origin-card").hidden = false;
}

function show(seat) {
  const name = seatName(seat);
  find("#name").textContent = name;
  document.title = `${name} · Bulk Manager`;
  find("#reached").replaceChildren(make("bdi", {}, shown([seat.extension && t("Extension {extension}", { extension: seat.extension }), seat.email].filter(Boolean).join(" · "))));
  find("#values").replaceChildren(...values(seat));
  find("#values-card").hidden = false;
  const link = find("#export");
  link.href = `/api/v1/seats.csv?user_id=${userId}`;
  guard(link, trouble);
  find("#delete").addEventListener("click", () => deleteSeats({ n: 1, names: [name], what: { user_ids: [userId] } }));
  origin(seat);
}

async function load() {
  showTrouble(trouble, null);
  try {
    const { body } = await ask(`/seats/${userId}`);
    show(body);
  } catch (error) {
    if (error.status !== 404) return showTrouble(trouble, explain(error), load);
    find("#name").textContent = t("No such Seat");
    find("#gone").hidden = false;
  }
  return undefined;
}

load();
