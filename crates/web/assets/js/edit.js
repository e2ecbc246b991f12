// One value edited where it stands. The container is `[data-edit]`, its link `.edit` leads to a form of its own; here the
// form comes as a fragment. Enter saves, Esc restores, a conflict (412) shows what somebody else wrote meanwhile.
const before = new WeakMap();

on("click", "[data-edit] .edit", async (link, event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const place = link.closest("[data-edit]");
  try {
    const response = await send(link.href);
    if (!response.ok) throw new Error(response.statusText);
    const html = await response.text();
    all(".inline-edit").forEach(form => restore(form.closest("[data-edit]")));
    before.set(place, [...place.childNodes]);
    fill(place, html);
  } catch {
    location.assign(link.href);
  }
});

function fill(place, html) {
  place.replaceChildren(fragment(html));
  const control = one("[aria-invalid], input:not([type=hidden]), select, textarea", place);
  control?.focus();
  control?.select?.();
}

function restore(place) {
  const nodes = place && before.get(place);
  if (!nodes) return;
  place.replaceChildren(...nodes);
  before.delete(place);
  one(".edit", place)?.focus();
}

on("submit", "[data-edit] form.inline-edit", async (form, event) => {
  event.preventDefault();
  const place = form.closest("[data-edit]");
  const body = fieldsOf(form, event.submitter);
  form.setAttribute("aria-busy", "true");
  try {
    const response = await send(form.action, { method: "POST", body });
    const html = await response.text();
    if (response.ok) return saved(place, html, response.headers);
    // A step that needs more is taken beside the list.
    const step = one("#pane") && response.headers.get("x-step");
    if (step) return restore(place), document.dispatchEvent(new CustomEvent("look", { detail: step }));
    if (response.status === 422 || response.status === 412) return fill(place, html);
    throw new Error(response.statusText);
  } catch {
    say("Not saved: the server cannot be reached. What you typed is still here.");
  } finally {
    form.removeAttribute("aria-busy");
  }
});

function saved(place, html, headers) {
  const [version, row] = [headers.get("ETag"), place.closest("tr[data-number]")];
  before.delete(place);
  place.replaceChildren(fragment(html));
  const record = place.closest("[data-record]") ?? document;
  if (version) all("input[name=__version]", record).forEach(input => { input.value = version.replace(/^W\/|"/g, ""); });
  one(".edit", place)?.focus();
  undoable(`${place.dataset.edit} saved`, headers.get("x-undo"));
  renew(row ? [row.dataset.number] : undefined);
}

on("keydown", "form.inline-edit", (form, event) => {
  if (event.key === "Escape") {
    event.stopPropagation();
    restore(form.closest("[data-edit]"));
  } else if (event.key === "Enter" && event.target.matches("select")) {
    event.preventDefault();
    form.requestSubmit();
  }
});

on("click", ".inline-edit [data-cancel]", (button, event) => {
  event.preventDefault();
  restore(button.closest("[data-edit]"));
});
