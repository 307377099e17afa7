/** On every page: tells of jobs that were begun in this browser when they end, wherever one is by then. */

import { followed } from "./followed.js";

/** The Configuration page shows the jobs at work itself, and the page of a job that job. */
const showsItself = (id) => location.pathname === "/configuration" || location.pathname.endsWith(id);

const ids = followed().filter((id) => !showsItself(id));
if (ids.length) (await import("./toasts.js")).watchAll(ids);
