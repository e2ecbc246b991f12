// What every other part may use. The parts are joined into one module at start (src/assets.rs), each in a block of its
// own; everything here adds to pages that already work without a script.
const root = document.documentElement;
root.dataset.script = "on";

const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

// Calls `act(element, event)` for events on anything that matches, now or later.
function on(type, selector, act, options) {
  document.addEventListener(type, event => {
    const element = event.target.closest?.(selector);
    if (element) act(element, event);
  }, options);
}

// An element from its parts, without a way for text to become markup.
function make(tag, properties = {}, ...children) {
  const { data = {}, role, label, ...rest } = properties;
  const element = Object.assign(document.createElement(tag), rest);
  Object.assign(element.dataset, data);
  if (role) element.setAttribute("role", role);
  if (label) element.setAttribute("aria-label", label);
  element.append(...children);
  return element;
}

// Markup of our own server; it escapes what people typed.
function fragment(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content;
}

// Same origin only; `X-Fragment` asks for a part of a page instead of all of it.
function send(address, { method = "GET", body, signal } = {}) {
  const headers = { "X-Fragment": "1" };
  if (method !== "GET") headers["X-Csrf"] = one("meta[name=csrf]").content;
  return fetch(address, { method, body, signal, headers, credentials: "same-origin" });
}

// A form's fields as a browser would send them, with the button that was pressed.
const fieldsOf = (form, button) => new URLSearchParams(new FormData(form, button));

// A sentence at the foot of the page: text, and perhaps a button with what it does.
const say = (text, button, act) => document.dispatchEvent(new CustomEvent("say", { detail: { text, button, act } }));

// Fetches this page again and exchanges the parts that are marked `data-live` and have an id.
async function refresh() {
  const response = await fetch(location.href, { credentials: "same-origin" });
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const part of all("[data-live][id]")) {
    const next = fresh.getElementById(part.id);
    if (next) part.replaceWith(document.adoptNode(next));
  }
}

// Waits until nothing has been asked for `milliseconds`.
function later(milliseconds, act) {
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(act, milliseconds, ...values);
  };
}
