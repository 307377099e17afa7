/** The title of the browser's tab: how far a job is can be read there from other tabs. */

let own = document.title;
let put = null;

/** Put `words` before the page's own title; null takes them away. */
export function titled(words) {
  if (document.title !== put) own = document.title;
  put = words ? `${words} · ${own}` : own;
  document.title = put;
}
