/** On every page: tells of jobs that were begun in this browser when they end, wherever one is by then. */

import { followed } from "./followed.js";

const ids = followed().filter((id) => !location.pathname.endsWith(id) && new URLSearchParams(location.search).get("job") !== id);
if (ids.length) (await import("./toasts.js")).watchAll(ids);
