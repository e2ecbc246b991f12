// Whom a note names: after an @ the people and teams that fit are offered below the box (`data-mention="/address"`). The box
// stays a plain text; what is chosen is written into it, and without a script a name is typed in full.
let box, list, status;

// What stands between the last @ and the cursor, as the server reads names (engines/src/mentions.rs); null where none is typed.
function typed(area) {
  if (area.selectionStart !== area.selectionEnd) return null;
  const line = area.value.slice(0, area.selectionStart).split("\n").at(-1);
  if (/^\s*>/.test(line)) return null;
  return /(?:^|[^\p{L}\p{N}._+'@-])@([\p{L}\p{N}._+'@-]*)$/u.exec(line)?.[1] ?? null;
}

function attach(area) {
  if (box === area && list.isConnected) return;
  list?.remove();
  status?.remove();
  box = area;
  list = make("div", { id: "mention-list", role: "listbox", label: "People and teams", className: "offered", hidden: true });
  status = make("p", { className: "sr", role: "status" });
  area.after(list, status);
  area.setAttribute("aria-autocomplete", "list");
  area.setAttribute("aria-haspopup", "listbox");
  area.setAttribute("aria-controls", list.id);
}

const isOpen = () => Boolean(list?.isConnected && !list.hidden);
const options = () => all("[role=option]", list);
const chosen = () => one("[aria-selected=true]", list);

function close() {
  if (!isOpen()) return;
  list.hidden = true;
  list.replaceChildren();
  status.textContent = "";
  box.removeAttribute("aria-activedescendant");
}

const ask = later(120, async area => {
  const name = typed(area);
  if (name === null) return close();
  const address = new URL(area.dataset.mention, location.href);
  address.searchParams.set("q", name);
  const response = await send(address).catch(() => null);
  // Typed on meanwhile, or gone elsewhere: another answer is on its way, or none is wanted.
  if (document.activeElement !== area || typed(area) !== name) return;
  show(area, name, response?.ok ? await response.json() : []);
});

function show(area, name, found) {
  attach(area);
  // What is written in full needs no offer, so that Enter is a new line again.
  const whole = ({ value }) => name !== "" && (value === name.toLowerCase() || value.startsWith(`${name.toLowerCase()}@`));
  if (!found.length || found.some(whole)) return close();
  list.replaceChildren(...found.map(({ value, label }, place) => {
    const option = make("div", { id: `mention-${place}`, role: "option", data: { value } },
      make("span", { textContent: label }), make("span", { textContent: `@${value}` }));
    option.setAttribute("aria-selected", "false");
    return option;
  }));
  list.hidden = false;
  status.textContent = `${found.length} offered: arrow keys choose, Enter takes, Esc closes`;
  // A lone @ chooses nobody by itself.
  choose(name && options()[0]);
}

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  box.removeAttribute("aria-activedescendant");
  if (!option) return;
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  box.setAttribute("aria-activedescendant", option.id);
}

function take(option) {
  const end = box.selectionStart;
  box.setRangeText(`${option.dataset.value} `, end - (typed(box) ?? "").length, end, "end");
  close();
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

on("input", "[data-mention]", area => ask(area));
on("focusout", "[data-mention]", close);
// Before what Enter and Esc mean elsewhere on the page.
on("keydown", "[data-mention]", (area, event) => {
  if (!isOpen() || area !== box || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const [found, now] = [options(), chosen()];
  const place = found.indexOf(now);
  if (event.key === "ArrowDown") choose(found[(place + 1) % found.length]);
  else if (event.key === "ArrowUp") choose(found[(Math.max(place, 0) - 1 + found.length) % found.length]);
  else if ((event.key === "Enter" || event.key === "Tab") && now && !event.shiftKey) take(now);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, { capture: true });
// The box keeps the focus while something is pressed in the list.
on("pointerdown", "#mention-list", (_, event) => event.preventDefault());
on("click", "#mention-list [role=option]", option => take(option));
