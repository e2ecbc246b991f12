// The command palette: a combobox over a listbox that the server fills (`GET /palette?q=`), plus the keys of this page.
const dialog = one("#palette");
const label = "Search records, people, clauses, pages, or type a command";
let input, list, status, asked, fetching;

function build() {
  list = make("div", { id: "palette-list", role: "listbox", label: "Found" });
  status = make("p", { className: "sr", role: "status" });
  input = make("input", { type: "text", autocomplete: "off", spellcheck: false, role: "combobox", label, placeholder: label });
  for (const [name, value] of [["controls", list.id], ["expanded", "true"], ["autocomplete", "list"]]) {
    input.setAttribute(`aria-${name}`, value);
  }
  const keys = make("footer", {});
  for (const [key, words] of [["↑", ""], ["↓", "choose"], ["Enter", "open"], ["Ctrl Enter", "new tab"], ["Esc", "close"]]) {
    keys.append(make("kbd", { textContent: key }), ` ${words} `);
  }
  dialog.append(input, list, status, keys);
  input.addEventListener("input", later(90, ask));
  input.addEventListener("keydown", steer);
}

function open() {
  if (!dialog || dialog.open) return;
  if (!input) build();
  dialog.showModal();
  input.select();
  ask();
}

async function ask() {
  const wanted = input.value.trim();
  if (wanted === asked) return;
  fetching?.abort();
  fetching = new AbortController();
  try {
    const response = await send(`/palette?q=${encodeURIComponent(wanted)}`, { signal: fetching.signal });
    show(wanted, response.ok ? await response.text() : "");
  } catch (reason) {
    if (reason.name !== "AbortError") show(wanted, "");
  }
}

function show(wanted, html) {
  asked = wanted;
  list.replaceChildren(fragment(html), ...here(wanted));
  const found = options();
  found.forEach((option, place) => { option.id = `palette-${place}`; });
  if (!found.length) list.append(make("p", { className: "none", textContent: `Nothing found for “${wanted}”.` }));
  status.textContent = found.length === 1 ? "1 found" : `${found.length} found`;
  choose(found[0]);
}

// What this page can do, by its own keys.
function here(wanted) {
  const words = wanted.toLowerCase();
  const options = all("main [data-key]").filter(element => !element.closest("tbody tr")).map(element => {
    const name = element.dataset.keyName ?? element.getAttribute("aria-label") ?? element.textContent.trim();
    const option = make("div", { role: "option" }, make("span", { textContent: name }),
      make("span", { textContent: element.dataset.key.toUpperCase() }));
    option.act = () => (element.matches("input, textarea") ? element.focus() : element.click());
    return option;
  }).filter(option => words && option.textContent.toLowerCase().includes(words));
  if (!options.length) return [];
  const head = make("h2", { id: "palette-here", textContent: "On this page", role: "presentation" });
  const group = make("div", { role: "group" }, head, ...options);
  group.setAttribute("aria-labelledby", head.id);
  return [group];
}

const options = () => all("[role=option]", list);
const chosen = () => one("[aria-selected=true]", list);

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) input.setAttribute("aria-activedescendant", option.id);
  else input.removeAttribute("aria-activedescendant");
}

function take(option, elsewhere) {
  if (!option) return location.assign(`/search?q=${encodeURIComponent(input.value)}`);
  dialog.close();
  if (option.act) return option.act();
  if (elsewhere) window.open(option.dataset.href, "_blank", "noopener");
  else location.assign(option.dataset.href);
}

function steer(event) {
  const found = options();
  const place = found.indexOf(chosen());
  const moves = { ArrowDown: place + 1, ArrowUp: place - 1, PageDown: place + 8, PageUp: Math.max(place - 8, 0) };
  if (event.key in moves) {
    event.preventDefault();
    if (found.length) choose(found[event.key.startsWith("Page") ? Math.min(moves[event.key], found.length - 1) : (moves[event.key] + found.length) % found.length]);
  } else if (event.key === "Enter" && !event.isComposing) {
    event.preventDefault();
    take(chosen(), event.ctrlKey || event.metaKey);
  }
}

on("click", "#palette [role=option]", (option, event) => take(option, event.ctrlKey || event.metaKey));
on("click", "#palette", (_, event) => { if (event.target === dialog) dialog.close(); });
on("click", "[data-open=palette]", (_, event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open();
});
document.addEventListener("keydown", event => {
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    open();
  }
});
