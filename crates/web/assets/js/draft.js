// What was typed but not sent survives a reload, a crash and a failed connection: `data-draft="NAME"` on a form.
const prefix = "plumbline draft ";
// By where it is sent to: a form beside the list is the same as on the page of its record. The form of a new record that a link
// has begun to fill is another one than the empty form.
const keyOf = form => {
  const { pathname } = new URL(form.action);
  return `${prefix}${pathname}${pathname.endsWith("/new") ? location.search : ""} ${form.dataset.draft}`;
};
const kept = form => [...form.elements].filter(control =>
  control.name && control.matches("textarea, select, input:not([type=hidden], [type=password], [type=file])"));

function read(form) {
  return kept(form).map(control => [control.name, control.matches("[type=checkbox], [type=radio]") ? control.checked : control.value]);
}

function keep(form) {
  // Sent before the keys had come to rest: it is not typed any more.
  if (form.isSent) return;
  const now = JSON.stringify(read(form));
  if (now === form.served) localStorage.removeItem(keyOf(form));
  else localStorage.setItem(keyOf(form), JSON.stringify({ values: now, sent: false }));
}

// Rows and boxes that the script had added are added again on the way.
function write(form, values) {
  const seen = new Map();
  for (const [name, value] of values) {
    const place = seen.get(name) ?? 0;
    seen.set(name, place + 1);
    const find = () => kept(form).filter(control => control.name === name)[place];
    if (!find()) one(`[data-rows="${CSS.escape(name.split(".")[0])}"] [data-add-row]`, form)?.click();
    const control = find();
    if (!control) continue;
    if (typeof value === "boolean") control.checked = value;
    else control.value = value;
    if (control.closest("[data-repeat]")) control.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function found(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

// A draft that was sent is done with, unless the server refused it or the browser came back from an error.
const refused = Boolean(one("[data-focus]"));
const back = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
for (const key of Object.keys(localStorage).filter(key => key.startsWith(prefix))) {
  if (found(key)?.sent && !refused && !back) localStorage.removeItem(key);
}

function offer(form) {
  form.served = JSON.stringify(read(form));
  const draft = found(keyOf(form));
  if (draft?.sent && refused) {
    // The server gave back what was typed, but nobody has kept it yet.
    form.served = "";
    keep(form);
  } else if (draft && draft.values !== form.served) {
    write(form, JSON.parse(draft.values));
    say("What you had typed here is back.", "Discard it", () => {
      write(form, JSON.parse(form.served));
      localStorage.removeItem(keyOf(form));
    });
  }
}

all("form[data-draft]").forEach(offer);
document.addEventListener("arrived", ({ detail: part }) => all("form[data-draft]", part).forEach(offer));
document.addEventListener("done", ({ detail: form }) => { if (form.dataset.draft) localStorage.removeItem(keyOf(form)); });

const soon = later(300, keep);
on("input", "form[data-draft]", form => {
  form.isSent = false;
  soon(form);
});
document.addEventListener("submit", ({ target: form, defaultPrevented }) => {
  if (defaultPrevented) return;
  if (form.action.endsWith("/sign-out")) {
    Object.keys(localStorage).filter(key => key.startsWith(prefix)).forEach(key => localStorage.removeItem(key));
  } else if (form.dataset.draft) {
    form.isSent = true;
    localStorage.setItem(keyOf(form), JSON.stringify({ values: JSON.stringify(read(form)), sent: true }));
  }
});
