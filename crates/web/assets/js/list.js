// Lists: selection with its bulk bar, and the column chooser. Filtering and sorting are links and need no script.
const boxes = () => all("[data-list] tbody .ck input");
let last = null;

function count() {
  const list = boxes();
  const ticked = list.filter(box => box.checked).length;
  const head = one("[data-list] [data-all]");
  if (head) {
    head.checked = ticked > 0 && ticked === list.length;
    head.indeterminate = ticked > 0 && ticked < list.length;
  }
  all("[data-count]").forEach(place => { place.textContent = `${ticked} selected`; });
}

on("change", "[data-list] [data-all]", head => {
  boxes().forEach(box => { box.checked = head.checked; });
  count();
});

on("click", "[data-list] tbody .ck input", (box, event) => {
  const list = boxes();
  if (event.shiftKey && last) {
    const [from, to] = [list.indexOf(last), list.indexOf(box)].sort((a, b) => a - b);
    list.slice(from, to + 1).forEach(between => { between.checked = box.checked; });
  }
  last = box;
  count();
});

function clear() {
  boxes().forEach(box => { box.checked = false; });
  count();
}
document.addEventListener("clear", clear);
on("click", "[data-clear]", clear);
count();

// A click on a row opens it, unless it was meant for something in it or for marking text.
on("click", "[data-list] tbody tr[data-href]", (row, event) => {
  if (event.target.closest("a, button, input, select, textarea, label, form, [data-edit]") || String(getSelection())) return;
  if (event.ctrlKey || event.metaKey) window.open(row.dataset.href, "_blank", "noopener");
  else location.assign(row.dataset.href);
});

// Columns are sent in the order of their boxes; the arrows change it.
on("click", "[data-move]", button => {
  const line = button.closest("li");
  if (button.dataset.move === "up") line.previousElementSibling?.before(line);
  else line.nextElementSibling?.after(line);
  button.focus();
});

// A choice that decides what the rest of its form asks: the rest comes from the server.
on("change", "[data-swap]", async select => {
  const response = await send(`${select.dataset.swap}?${fieldsOf(select.form)}`);
  if (response.ok) one("[data-swapped]", select.form)?.replaceChildren(fragment(await response.text()));
});
