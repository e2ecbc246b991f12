// Single keys. An element says its own key (`data-key`, in the navigation `data-go` after G), so this file knows no page.
// Keys are quiet while typing and can be switched off in the account (WCAG 2.1.4): <html data-keys="off">.
const listKeys = [["J", "next row"], ["K", "previous row"], ["X", "select row"], ["Enter", "open row"], ["Esc", "clear selection"]];
const always = [["Ctrl K", "search and commands"], ["Z", "undo last"], ["G 8.6.1", "go to a clause"], ["Ctrl Enter", "send, save"], ["?", "these keys"]];
let sequence = null;
let sequenceTimer;

// Whether a key press belongs to a control and not to the page.
function typing({ target }) {
  return Boolean(target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog, [popover]:popover-open"));
}

const rows = () => all("[data-list] tbody tr[data-href]");
const cursor = () => one("[data-list] tr.cursor");

function move(by) {
  const list = rows();
  if (!list.length) return false;
  const now = list.indexOf(cursor());
  // What has left the view is passed over.
  let place = now + by;
  while (list[place]?.matches(".gone")) place += by;
  const next = list[place] ?? list[now] ?? list[0];
  list[now]?.classList.remove("cursor");
  next.classList.add("cursor");
  document.dispatchEvent(new CustomEvent("moved", { detail: next }));
  next.scrollIntoView({ block: "nearest" });
  one("a[href]", next)?.focus({ preventScroll: true });
  return true;
}

function press(element) {
  if (!element) return false;
  if (element.matches("input:not([type=checkbox], [type=radio]), textarea, select")) element.focus();
  else element.click();
  return true;
}

function byKey(key) {
  const selector = `[data-key="${CSS.escape(key)}"]`;
  const row = cursor();
  return (row && one(selector, row)) ?? all(selector).find(element => !element.closest("tbody tr") && element.checkVisibility());
}

// After G: one letter goes where the navigation says, digits and dots go to a clause.
function goOn(event) {
  if (/^[\d.]$/.test(event.key)) {
    sequence += event.key;
    wait(1200, () => location.assign(`/conformity/${sequence}`));
    return true;
  }
  const typed = sequence;
  stop();
  if (typed && event.key === "Enter") return location.assign(`/conformity/${typed}`), true;
  return press(one(`[data-go="${CSS.escape(event.key.toLowerCase())}"]`));
}

function wait(milliseconds, act = () => {}) {
  clearTimeout(sequenceTimer);
  sequenceTimer = setTimeout(() => { act(); stop(); }, milliseconds);
}

function stop() {
  clearTimeout(sequenceTimer);
  sequence = null;
}

function act(event) {
  const key = event.key;
  if (sequence !== null) return goOn(event);
  if (key === "?") return help(), true;
  const letter = key.toLowerCase();
  if (letter === "g") return sequence = "", wait(1500), true;
  if (letter === "j") return move(1);
  if (letter === "k") return move(-1);
  if (letter === "x") return press(one(".ck input", cursor() ?? document.createElement("i")));
  if (letter === "z") return press(all("[data-undo]").at(-1));
  if (key === "Enter" && event.target === document.body) return press(cursor() && one("a[href]", cursor()));
  if (/^[1-9]$/.test(key)) return press(all("[data-views] a")[key - 1]);
  return press(byKey(letter));
}

document.addEventListener("keydown", event => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const form = event.target.closest?.("form");
    if (form) form.requestSubmit(one("[type=submit], button:not([type])", form));
    return;
  }
  if (event.key === "Escape" && !typing(event)) return document.dispatchEvent(new CustomEvent("clear"));
  if (root.dataset.keys !== "on" || event.ctrlKey || event.metaKey || event.altKey || event.repeat && !"jk".includes(event.key)) return;
  if (!typing(event) && act(event)) event.preventDefault();
});

// The help dialog tells the keys that this very page has.
function help() {
  const name = element => element.dataset.keyName ?? element.getAttribute("aria-label") ?? element.textContent.trim();
  const own = new Map(all("[data-key]").filter(element => !element.closest("tbody tr:not(:first-child)"))
    .map(element => [element.dataset.key.toUpperCase(), name(element).toLowerCase()]));
  const go = all("[data-go]").map(link => [`G ${link.dataset.go.toUpperCase()}`, link.firstChild.textContent.trim()]);
  const groups = [["On this page", [...own]], ["In a list", rows().length ? listKeys : []], ["Go to", go], ["Everywhere", always]];
  const dialog = make("dialog", { className: "box broad", label: "Keys" }, make("h2", { textContent: "Keys" }),
    make("div", { className: "help-keys" }, ...groups.filter(([, keys]) => keys.length).map(([title, keys]) =>
      make("section", {}, make("h3", { textContent: title }), make("ul", {}, ...keys.map(([key, words]) =>
        make("li", {}, make("span", { textContent: words }),
          make("span", {}, ...key.split(" ").flatMap(part => [make("kbd", { textContent: part }), " "])))))))),
    make("form", { method: "dialog", className: "acts" }, make("button", { className: "btn", textContent: "Close" })));
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
}
