/** Small steps with the page: find, copy, fill. Text is always set as text, so no name or value can become markup. */

/** @returns {HTMLElement} the first element that fits; it is an error if there is none. */
export function find(selector, root = document) {
  const element = root.querySelector(selector);
  if (!element) throw new Error(`The page has no ${selector}`);
  return element;
}

/** @returns {HTMLElement} a fresh copy of the only element in `<template id=…>`. */
export function copy(id) {
  return /** @type {HTMLElement} */ (find(`#${id}`).content.firstElementChild.cloneNode(true));
}

/** Put texts or elements into the places of `root` that are marked with `data-slot`. Names that it lacks are passed over. */
export function fill(root, contents) {
  for (const [name, content] of Object.entries(contents)) {
    for (const place of root.querySelectorAll(`[data-slot="${name}"]`)) {
      if (content instanceof Node) place.replaceChildren(content);
      else if (place.textContent !== String(content ?? "")) place.textContent = content ?? "";
    }
  }
}

/** An element with attributes and children; `undefined` and null attributes are left out. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** Say something to those who listen to the page rather than look at it. */
export function announce(text) {
  find("#announcer").textContent = text;
}
