// Long forms: rows of a table, one more box, names of records while typing, files dropped on the page.
on("click", "[data-add-row]", (button, event) => {
  event.preventDefault();
  const table = button.closest("[data-rows]");
  const body = one("tbody", table);
  const number = Number(table.dataset.next ?? body.children.length);
  table.dataset.next = number + 1;
  body.append(fragment(one("template", table).innerHTML.replaceAll("__row__", number)));
  one("input, select, textarea", body.lastElementChild)?.focus();
});

on("click", "[data-remove-row]", (button, event) => {
  event.preventDefault();
  const row = button.closest("tr");
  const next = row.nextElementSibling ?? row.previousElementSibling;
  const table = row.closest("[data-rows]");
  table.dataset.next ??= one("tbody", table).children.length;
  row.remove();
  (next && one("input, select, textarea", next) || one("[data-add-row]", table)).focus();
});

// The last box of a list of references is always empty.
on("input", "[data-repeat] input", input => {
  const group = input.closest("[data-repeat]");
  const pairs = all(".pair", group);
  if (!input.value || input.closest(".pair") !== pairs.at(-1)) return;
  const next = pairs.at(-1).cloneNode(true);
  one("input", next).value = "";
  one("[data-title]", next).textContent = "";
  pairs.at(-1).after(next);
});

// `data-suggest` answers `?q=` with [{ value, label }]; the browser's own list does the rest.
const suggest = later(120, async input => {
  const address = new URL(input.dataset.suggest, location.href);
  address.searchParams.set("q", input.value);
  const response = await send(address);
  if (!response.ok) return;
  const found = await response.json();
  input.list?.replaceChildren(...found.map(({ value, label }) => make("option", { value, label, textContent: label })));
  name(input);
});

// The name of the chosen record beside its number.
function name(input) {
  const title = one("[data-title]", input.parentElement);
  const option = [...input.list?.options ?? []].find(({ value }) => value === input.value);
  if (title) title.textContent = option?.label ?? "";
}

on("input", "[data-suggest]", input => { name(input); suggest(input); });
on("focusin", "[data-suggest]", input => { if (!input.list?.options.length) suggest(input); });

// Files: dropped anywhere on the page, or pasted, they land in the one box for attachments.
const zone = one("[data-drop]");
if (zone) {
  const input = one("input[type=file]", zone);
  const over = event => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    zone.classList.toggle("over", event.type === "dragover");
  };
  document.addEventListener("dragover", over);
  document.addEventListener("dragleave", over);
  document.addEventListener("drop", event => {
    over(event);
    if (event.dataTransfer?.files.length) attach(event.dataTransfer.files);
  });
  document.addEventListener("paste", event => { if (event.clipboardData?.files.length) attach(event.clipboardData.files); });
  const attach = files => {
    input.files = files;
    zone.setAttribute("aria-busy", "true");
    zone.requestSubmit();
  };
}

// Sent twice is saved twice where the network is slow: the second press does nothing.
document.addEventListener("submit", event => {
  const { target: form, submitter: button, defaultPrevented } = event;
  if (defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  button?.setAttribute("aria-busy", "true");
});
addEventListener("pageshow", () => all("form[data-sent]").forEach(form => {
  delete form.dataset.sent;
  all("[aria-busy]", form).forEach(button => button.removeAttribute("aria-busy"));
}));

// What resembles the record that is being written, while it is written; the button asks the same.
const alike = later(500, async form => {
  const button = one("button[name=__look]", form);
  const response = await send(form.action, { method: "POST", body: fieldsOf(form, button) });
  if (response.ok) one("[data-alike-found]", form).replaceChildren(fragment(await response.text()));
});
on("input", "form[data-alike]", form => alike(form));

// Parts of a page that come after it; without a script there is a link to each.
all("[data-load]").forEach(async part => {
  const response = await send(part.dataset.load);
  if (response.ok) part.replaceChildren(fragment(await response.text()));
});
