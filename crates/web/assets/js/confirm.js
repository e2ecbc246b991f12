// Asks before what cannot be undone: `data-confirm="Sentence"` on a form or on the button that sends it.
const sure = new WeakSet();

document.addEventListener("submit", event => {
  const { target: form, submitter: button } = event;
  const question = button?.dataset.confirm ?? form.dataset.confirm;
  if (!question || sure.delete(form)) return;
  event.preventDefault();
  const verb = button?.textContent.trim().replace(/…$/, "") || "Go on";
  const dialog = make("dialog", { className: "box", label: question },
    make("h2", { textContent: question }),
    make("form", { method: "dialog", className: "acts" },
      make("button", { className: "btn", value: "", textContent: "Cancel" }),
      make("button", { className: "btn danger", value: "yes", textContent: verb })));
  document.body.append(dialog);
  dialog.showModal();
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (!dialog.returnValue) return button?.focus();
    sure.add(form);
    form.requestSubmit(button);
  });
});

// `data-dialog="id"` opens a dialog of the page; without a script the element is a link to a page of its own.
on("click", "[data-dialog]", (button, event) => {
  const dialog = document.getElementById(button.dataset.dialog);
  if (!dialog) return;
  event.preventDefault();
  dialog.showModal();
});

// A click beside a dialog closes it, as people expect.
on("click", "dialog.box", (dialog, event) => {
  if (event.target === dialog) dialog.close();
});
