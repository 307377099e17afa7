/** A Seat as a row of the list. */

import { make } from "./dom.js";
import { t } from "./i18n.js";
import { cell } from "./job-row.js";
import { shown, time } from "./words.js";

/** What a Seat is called. */
export const seatName = ({ firstname, lastname, email, user_id }) => shown(`${firstname ?? ""} ${lastname ?? ""}`.trim() || email || user_id);

const text = (value) => value && make("bdi", {}, shown(value));

export function seatRow(seat, isChosen) {
  const name = seatName(seat);
  const tick = make("input", { type: "checkbox", "aria-label": t("Choose {name}", { name }) });
  tick.checked = isChosen;
  const link = make("a", { class: "seat-name", href: `/seats/${seat.user_id}` }, make("bdi", {}, name));
  const person = make("span", {}, link, make("bdi", { class: "email" }, shown(seat.email)));
  return make(
    "tr",
    { role: "row", "data-seat": seat.user_id },
    make("td", { role: "cell", class: "pick" }, tick),
    cell(t("Name"), person, "wide"),
    cell(t("Extension"), text(seat.extension), "number"),
    cell(t("Phone number"), text(seat.phone_number), "phone"),
    cell(t("Type"), text(seat.attributes.seat_type), "type"),
    cell(t("Created"), time(seat.created_at), "when"),
  );
}
