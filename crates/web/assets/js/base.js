// What every other part may use. The parts are joined into one module at start (src/assets.rs), each in a block of its
// own; everything here works on pages that already work without a script.
document.documentElement.dataset.script = "on";

// Calls `act(element, event)` for events on anything that matches, now or later.
function on(type, selector, act, options) {
  document.addEventListener(type, event => {
    const element = event.target.closest?.(selector);
    if (element) act(element, event);
  }, options);
}

const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// Whether a key press belongs to a control and not to the page.
function typing(event) {
  return event.ctrlKey || event.metaKey || event.altKey
    || event.target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog") !== null;
}

// An element from its parts, without a way for text to become markup.
function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

// Same-origin only; `X-Fragment` asks the server for a part of the page instead of all of it.
function send(address, { method = "GET", body } = {}) {
  const headers = { "X-Fragment": "1" };
  const csrf = one("meta[name=csrf]")?.content;
  if (csrf && method !== "GET") headers["X-Csrf"] = csrf;
  return fetch(address, { method, body, headers, credentials: "same-origin" });
}

// A form as a browser would send it, with the button that was pressed.
function formBody(form, button) {
  const fields = new FormData(form, button);
  return form.enctype === "multipart/form-data" ? fields : new URLSearchParams(fields);
}
