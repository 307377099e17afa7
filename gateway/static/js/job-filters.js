/** What Event Logs is asked for: the form, the page's address and the question to the API say the same. */

/** The order of the list that nobody has to ask for. */
const NEWEST = "-submitted_at";

/** What a day in the viewer's zone is to the API: when it begins, or its last moment. */
function momentOf(day, { ends = false } = {}) {
  const [year, month, date] = day.split("-").map(Number);
  const at = ends ? new Date(year, month - 1, date + 1) - 1 : new Date(year, month - 1, date);
  return new Date(at).toISOString();
}

const isDay = (text) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));

/** @param {HTMLFormElement} form */
export function filters(form) {
  /** As the address says it: nothing that is empty or goes without saying. */
  function asked() {
    const given = [...new FormData(form)].map(([name, value]) => [name, String(value).trim()]);
    return new URLSearchParams(given.filter(([name, value]) => value && !(name === "sort" && value === NEWEST)));
  }

  return {
    asked,
    /** As the API is asked: days are those of the viewer's zone. */
    question() {
      const question = asked();
      for (const name of ["from", "to"]) {
        const day = question.get(name);
        if (day && isDay(day)) question.set(name, momentOf(day, { ends: name === "to" }));
        else question.delete(name);
      }
      return question;
    },
    /** Whether jobs are left out. */
    isNarrowed: () => [...asked().keys()].some((name) => name !== "sort"),
    isNewestFirst: () => !asked().has("sort"),
  };
}
