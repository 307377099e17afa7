/** Which Seats of the list are chosen, the bar that says so, and what can be done with them. */

import { deleteSeats } from "./delete-seats.js";
import { find } from "./dom.js";
import { exportLink } from "./export.js";
import { t, tn } from "./i18n.js";
import { Selection } from "./selection.js";

/**
 * Make the ticks of `rows` and the bar above them work.
 * @param {HTMLElement} trouble where refusals are told
 * @param {{q: string, seats: {user_id: string, name: string}[], count: number | null}} list what is in sight, kept up to
 *   date by whoever shows it: then `show()` has to be called
 */
export function choiceBar(rows, trouble, list) {
  const [bar, told, pageTick, all, none, deleting, exporting] = ["#bar", "#told", "#choose-page", "#choose-all", "#choose-none", "#delete", "#export"].map((id) => find(id));
  const selection = new Selection(show);
  const showExport = exportLink(exporting, trouble, () => ({ userIds: selection.size ? selection.userIds : null, q: list.q }));
  let last = null;

  function words() {
    const { q, count } = list;
    if (selection.isAll) return count === null ? t("All are chosen") : tn("{n} chosen: all there is", "{n} chosen: all there are", count);
    if (selection.size) return tn("{n} chosen", "{n} chosen", selection.size);
    if (count === null) return "";
    return q ? tn("{n} Seat found", "{n} Seats found", count) : tn("{n} Seat", "{n} Seats", count);
  }

  function show() {
    const isAny = selection.isAll || selection.size > 0;
    bar.hidden = !list.seats.length;
    bar.classList.toggle("chosen", isAny);
    if (told.textContent !== words()) told.textContent = words();
    showTicks();
    showAll(isAny);
    none.hidden = !isAny;
    deleting.hidden = !isAny || (selection.isAll && list.count === null);
    find("span", exporting).textContent = isAny ? t("Export") : list.q ? t("Export what was found") : t("Export all");
    showExport();
  }

  function showTicks() {
    const onPage = list.seats.filter(({ user_id }) => selection.has(user_id)).length;
    pageTick.checked = list.seats.length > 0 && onPage === list.seats.length;
    pageTick.indeterminate = onPage > 0 && !pageTick.checked;
    for (const row of rows.children) {
      const isChosen = selection.has(row.dataset.seat);
      row.classList.toggle("chosen", isChosen);
      find("input", row).checked = isChosen;
    }
  }

  function showAll(isAny) {
    const { q, count } = list;
    all.hidden = !isAny || selection.isAll || count === null || selection.size >= count;
    if (!all.hidden) all.textContent = q ? t("Choose all {n} found", { n: count }) : t("Choose all {n}", { n: count });
  }

  /** With Shift all rows from the last one ticked to this one. */
  function ticked({ target, shiftKey }) {
    const row = target.closest("tr");
    const at = [...rows.children].indexOf(row);
    const from = shiftKey && last?.isConnected ? [...rows.children].indexOf(last) : at;
    last = row;
    selection.set(list.seats.slice(Math.min(from, at), Math.max(from, at) + 1), target.checked, list.seats);
  }

  rows.addEventListener("click", (event) => event.target.matches("input") && ticked(event));
  pageTick.addEventListener("change", () => selection.set(list.seats, pageTick.checked, list.seats));
  all.addEventListener("click", () => {
    selection.chooseAll();
    none.focus();
  });
  none.addEventListener("click", () => {
    selection.clear();
    pageTick.focus();
  });
  deleting.addEventListener("click", () => {
    if (selection.isAll) deleteSeats({ n: list.count, what: { q: list.q } });
    else deleteSeats({ n: selection.size, names: selection.names, what: { user_ids: selection.userIds } });
  });

  return {
    show,
    words,
    has: (userId) => selection.has(userId),
    clear: () => selection.clear(),
    focus: () => pageTick.focus({ preventScroll: true }),
  };
}
