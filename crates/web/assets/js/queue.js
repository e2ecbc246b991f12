// A record beside its list: read, answered and moved on without leaving the list. The pane is a small reader of our own
// pages: it takes from them what it needs and sends their forms as a browser would.
const pane = one("#pane");
const table = one("[data-list]");
const row = () => one("tr.cursor", table) ?? one("tbody tr[data-href]:not(.gone)", table);
const ticked = () => all("tbody .ck input:checked", table);

function close() {
  if (!pane || pane.hidden) return false;
  pane.hidden = true;
  delete root.dataset.pane;
  return true;
}

async function open(address, request = {}) {
  root.dataset.pane = "on";
  pane.hidden = false;
  pane.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(address, { credentials: "same-origin", ...request });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    // A form that is given back has its reasons in it; of any other refusal only the words are of use.
    if (!response.ok && ![412, 422].includes(response.status)) {
      say(one("main .refused .lede, main .refused h1, main p", page)?.textContent ?? "The server refused it.");
      return false;
    }
    show(page, response.url);
    return response.ok;
  } catch {
    say("The server cannot be reached. What you typed is still here.");
    return false;
  } finally {
    pane.removeAttribute("aria-busy");
  }
}

// Of a record's page: where it stands, what can be done, what was said. Of every other page: all that it says.
function show(page, address) {
  const here = new URL(address).pathname;
  const journal = page.getElementById("journal");
  const steps = all("main .head a.primary[href*='/step?'], #more a[href*='/step?']", page);
  for (const step of steps) step.className = step.matches(".primary") ? "btn sm primary" : "btn sm";
  const parts = journal
    ? [page.getElementById("watch"), make("p", { className: "row mb" }, ...steps), ...all("main section[id^='v-']", page).slice(0, 1), journal, page.getElementById("facts")]
    : [...all("main .head .lede", page), ...[...one("main", page).children].filter(part => !part.matches(".head"))];
  const title = one("main h1", page)?.textContent ?? "";
  const heading = make("h2", {}, journal ? make("a", { href: here, textContent: title, data: { away: "" } }) : title);
  const lede = journal && page.getElementById("lede");
  all("[data-live]", page).forEach(part => part.removeAttribute("data-live"));
  all(".keys, .crumbs, [data-drop]", page).forEach(part => part.remove());
  pane.replaceChildren(
    make("header", {}, make("div", {}, heading, ...(lede ? [document.adoptNode(lede)] : [])),
      make("button", { type: "button", className: "btn quiet sm", onclick: leave }, "Close ", make("kbd", { textContent: "Esc", className: "hot" }))),
    ...parts.filter(Boolean).map(part => document.adoptNode(part)));
  all("#toasts .toast", page).forEach(toast => document.dispatchEvent(new CustomEvent("toast", { detail: document.adoptNode(toast) })));
  document.dispatchEvent(new CustomEvent("arrived", { detail: pane }));
}

// The keyboard goes back to the list.
function leave() {
  close();
  back();
}
const back = () => one("a[href]", row() ?? pane)?.focus({ preventScroll: true });

async function look(at, audience) {
  if (!at) return;
  for (const other of all("tr.cursor", table)) other.classList.remove("cursor");
  at.classList.add("cursor");
  if (!(await open(at.dataset.href)) || !audience) return;
  one(`input[name=audience][value=${audience}]`, pane)?.click();
  (one(".composer textarea", pane) ?? pane).focus();
}

// One press: mine, and everything that is ticked with it.
async function take() {
  if (ticked().length) return one("#bulk").requestSubmit(one("#bulk button[value=mine]"));
  const at = row();
  if (!at) return;
  const { mine, me } = table.dataset;
  const body = new URLSearchParams({ csrf: one("meta[name=csrf]").content, [mine]: me, __version: at.dataset.version });
  const response = await send(`${at.dataset.href}/field/${mine}`, { method: "POST", body });
  const number = at.dataset.number;
  if (response.ok) undoable(`${number} is yours`, response.headers.get("x-undo"));
  else say(`${number} is not yours yet: ${response.status === 412 ? "somebody changed it just now. Look, and press again." : "it was refused."}`);
  renew([number]);
}

on("click", "[data-look]", button => look(row(), button.dataset.look));
on("click", "[data-take]", take);
document.addEventListener("look", async ({ detail: address }) => {
  if (await open(address)) one("form :is(input:not([type=hidden]), select, textarea)", pane)?.focus();
});
document.addEventListener("stale", () => { if (!all(".composer textarea", pane).some(text => text.value.trim())) open(one("[data-watch]", pane).dataset.watch); });
const follow = later(150, at => { if (!pane.hidden) look(at); });
document.addEventListener("moved", ({ detail }) => { if (pane && !pane.hidden) follow(detail); });
document.addEventListener("clear", close);

on("click", "#pane a[href]", (link, event) => {
  const leads = link.matches("[href*='/step?'], [href$='/macro'], [href*='/macro?'], form .btn.quiet, .tabs a") && !link.matches("[data-away]");
  if (!leads || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open(link.href);
});

on("submit", "#pane form, form[data-pane]", async (form, event) => {
  if (!pane || event.defaultPrevented || form.method !== "post" || form.enctype.startsWith("multipart")) return;
  event.preventDefault();
  const body = fieldsOf(form, event.submitter);
  form.setAttribute("aria-busy", "true");
  const fine = await open(form.action, { method: "POST", body });
  form.removeAttribute("aria-busy");
  if (!fine) return;
  document.dispatchEvent(new CustomEvent("done", { detail: form }));
  renew();
  if (one("form :is(input:not([type=hidden]), select)", pane) && !one(".composer", pane)) pane.focus();
  else back();
});

on("keydown", "#pane", (_, event) => {
  if (event.key !== "Escape") return;
  event.stopPropagation();
  if (event.target.matches("textarea, input, select")) back();
  else leave();
});
