/** The account's jobs that are at work, wherever they were begun: live, and told of when they end. */

import { announce, copy, fill, find } from "./dom.js";
import { unfollow } from "./followed.js";
import { endWords, stage } from "./kind-words.js";
import { notify } from "./notify.js";
import { titled } from "./page-title.js";
import { meter, showOn } from "./progress.js";
import { hasEnded, watch } from "./watch.js";
import { shown } from "./words.js";

/**
 * Shows jobs in `place`. `onOpen` is called with the id of a job whose progress somebody wants to see.
 * @returns {{show: (jobs: object[]) => void, clear: () => void}}
 */
export function runningJobs(place, onOpen) {
  let stops = [];

  function clear() {
    for (const stop of stops) stop();
    stops = [];
    place.replaceChildren();
    titled(null);
  }

  function show(jobs) {
    clear();
    for (const [index, job] of jobs.entries()) follow(job, index === 0);
  }

  function follow(job, isFirst) {
    let note = null;
    const read = meter();
    const put = (id) => {
      const fresh = copy(id);
      const link = find('[data-slot="link"]', fresh);
      link.href = `?job=${job.job_id}`;
      link.addEventListener("click", (event) => {
        event.preventDefault();
        onOpen(job.job_id);
      });
      if (note) note.replaceWith(fresh);
      else place.append(fresh);
      note = fresh;
    };

    function tell(now) {
      const filename = shown(now.filename || "CSV");
      if (!hasEnded(now)) {
        const progress = read(now);
        fill(note, { filename, rows: progress.rows || stage(now), pace: progress.pace });
        showOn(find("progress", note), progress);
        if (isFirst) titled([progress.percent === null ? "" : `${progress.percent} %`, stage(now)].filter(Boolean).join(" · "));
        return;
      }
      unfollow(now.job_id);
      put("ended-note");
      fill(note, { filename, end: endWords(now) });
      announce(`${filename}: ${endWords(now)}`);
      notify({ title: endWords(now), text: filename, tag: now.job_id });
      if (isFirst) titled(endWords(now));
    }

    put("running-note");
    tell(job);
    stops.push(watch(job.job_id, { onJob: tell, onTrouble() {}, onGone: () => note.remove() }));
  }

  return { show, clear };
}
