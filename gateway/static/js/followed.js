/** The jobs whose end this browser has still to be told of: begun here, and not seen to end yet. */

const NAME = "bulk-followed";
/** Longer than any job takes; what is older was ended while nobody looked, and Event Logs tells of it. */
const KEPT_MS = 2 * 24 * 3_600_000;
const MOST = 5;

function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(NAME) ?? "[]");
    return kept.filter(({ at }) => at > Date.now() - KEPT_MS);
  } catch {
    return [];
  }
}

function write(jobs) {
  try {
    localStorage.setItem(NAME, JSON.stringify(jobs.slice(-MOST)));
  } catch {
    // A browser that keeps nothing: then only the page that began the job tells of its end.
  }
}

/** The ids of the jobs. */
export const followed = () => read().map(({ id }) => id);

export const follow = (id) => write([...read().filter((one) => one.id !== id), { id, at: Date.now() }]);

/** Whoever shows the end says so. @returns {boolean} whether nobody had said so before */
export function unfollow(id) {
  const jobs = read();
  const rest = jobs.filter((one) => one.id !== id);
  write(rest);
  return rest.length < jobs.length;
}
