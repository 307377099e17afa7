/** What is wrong with a file: the kinds with their counts, to filter by, and the problems, a page at a time. */

import { explain } from "./api.js";
import { announce, copy, fill, find, make } from "./dom.js";
import { t, tn } from "./i18n.js";
import { listOf } from "./tables.js";
import { showTrouble } from "./trouble.js";
import { number } from "./words.js";

/** How the catalogue calls a code and what it advises, from the page. A code that it does not know stands for itself. */
function kindOf(code) {
  const known = find("#problem-kinds").content.querySelector(`[data-code="${CSS.escape(code)}"]`);
  return { title: known?.textContent ?? code, advice: known?.dataset.advice ?? "" };
}

/** Where the reference tells of a kind of problem. */
export const referenceTo = (code) => `/template-reference#problem-${encodeURIComponent(code)}`;

/**
 * Show the problems of a job in `place`.
 * @param {{job_id: string, problems: number, problems_kept?: number}} job
 * @param {{limit?: number, scrolls?: boolean}} options rows of a page; whether the table scrolls within itself
 */
export function problemsView(job, place, { limit = 100, scrolls = false } = {}) {
  const view = copy("problems-view");
  const slots = Object.fromEntries(["kinds", "advice", "list"].map((name) => [name, find(`[data-slot="${name}"]`, view)]));
  const more = find('[data-do="more"]', view);
  let chosen = null;
  let list = null;

  function begin() {
    list = listOf(job.job_id, "problems", slots.list, { limit, scrolls, filter: chosen ? { code: chosen } : {} });
    return page();
  }

  async function page() {
    const mine = list;
    try {
      const { body, shownRows, last } = await mine.more();
      if (mine !== list) return;
      const total = chosen ? (body.problems_by_code[chosen] ?? shownRows) : Math.max(job.problems ?? 0, shownRows);
      chips(body.problems_by_code);
      more.hidden = last;
      fill(view, { shown: shownWords(shownRows, total, last) });
    } catch (error) {
      if (mine === list) showTrouble(slots.list, explain(error), page);
    }
  }

  /** Made once; later only which of them is pressed changes, so that the focus stays where it is. */
  function chips(byCode) {
    const counted = Object.entries(byCode ?? {}).sort(([, a], [, b]) => b - a);
    if (!slots.kinds.childElementCount) {
      const all = counted.length > 1 ? [chip(null, t("All"), job.problems)] : [];
      slots.kinds.replaceChildren(...all, ...counted.map(([code, times]) => chip(code, kindOf(code).title, times)));
    }
    const pressed = chosen ?? (counted.length === 1 ? counted[0][0] : null);
    for (const button of slots.kinds.querySelectorAll("button")) button.setAttribute("aria-pressed", String((button.dataset.code ?? null) === pressed));
    advise(pressed);
  }

  function chip(code, title, times) {
    const button = make("button", { type: "button", class: "chip", "data-code": code }, make("b", {}, number(times)), ` ${title}`);
    button.addEventListener("click", () => choose(code));
    return make("li", {}, button);
  }

  async function choose(code) {
    chosen = code;
    await begin();
    announce(find('[data-slot="shown"]', view).textContent || tn("{n} problem", "{n} problems", job.problems ?? 0));
  }

  function advise(code) {
    slots.advice.hidden = code === null;
    if (code === null) return;
    fill(slots.advice, { "advice-text": kindOf(code).advice });
    find("a", slots.advice).href = referenceTo(code);
  }

  function shownWords(rows, total, last) {
    if (rows >= total) return chosen ? tn("{n} problem", "{n} problems", total) : "";
    if (last) return t("The first {rows} of {total}: the others are counted, but not listed", { rows, total });
    return t("The first {rows} of {total}", { rows, total });
  }

  more.addEventListener("click", page);
  place.replaceChildren(view);
  return begin();
}
