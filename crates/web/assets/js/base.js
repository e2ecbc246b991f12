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
  const [here, now] = [one("main [data-watch]"), one("[data-watch]", fresh)];
  if (here && now) here.dataset.version = now.dataset.version;
  for (const part of all("[data-live][id]")) {
    const next = fresh.getElementById(part.id);
    if (next) part.replaceWith(document.adoptNode(next));
  }
}

// Asks for rows of the list anew, all of them unless some are named, and for the counts of its views. What the view does
// not hold any more stays where it is, greyed, so that nothing moves under the cursor.
async function renew(numbers) {
  const table = one("[data-list]");
  if (!table) return refresh();
  const there = new Map(all("tr[data-number]", table).map(row => [row.dataset.number, row]));
  const wanted = [...(numbers ?? there.keys())].filter(number => there.has(number)).slice(0, 60);
  const address = new URL(table.dataset.list, location.href);
  address.searchParams.set("only", wanted.join(","));
  const response = await send(address);
  if (!response.ok) return;
  const fresh = fragment(await response.text());
  const [tabs, now] = [one("#views", fresh), new Map(all("tr[data-number]", fresh).map(row => [row.dataset.number, row]))];
  if (tabs) one("#views")?.replaceChildren(...tabs.childNodes);
  for (const [number, row] of wanted.map(number => [number, there.get(number)])) {
    if (one(".inline-edit", row)) continue;
    if (now.has(number)) exchange(row, now.get(number));
    else row.classList.add("gone");
  }
}

// A row in place of its older self: ticked, under the cursor and with the keyboard as before.
function exchange(row, next) {
  next.classList.toggle("cursor", row.classList.contains("cursor"));
  const [box, other] = [one(".ck input", row), one(".ck input", next)];
  if (box && other) other.checked = box.checked;
  const focused = row.contains(document.activeElement);
  row.replaceWith(next);
  if (focused) one("a[href]", next)?.focus({ preventScroll: true });
}

// Says what was done and offers to take it back; the server tells whether that was still possible.
function undoable(text, address) {
  if (!address) return say(text);
  say(text, "Undo", async () => {
    const body = new URLSearchParams({ csrf: one("meta[name=csrf]").content });
    try {
      const { said } = await (await send(address, { method: "POST", body })).json();
      say(said);
    } catch {
      say("Not undone: the server cannot be reached, or it refused.");
    }
    renew();
  });
}

// Waits until nothing has been asked for `milliseconds`.
function later(milliseconds, act) {
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(act, milliseconds, ...values);
  };
}
