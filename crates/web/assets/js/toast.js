// Toasts: said once; they stay until eight seconds have passed and neither pointer nor focus is on them.
const region = one("#toasts");
const milliseconds = 8000;

function settle(toast) {
  setTimeout(() => (toast.matches(":hover, :focus-within") ? settle(toast) : toast.remove()), milliseconds);
}

all(".toast", region ?? document).forEach(settle);

document.addEventListener("say", ({ detail: { text, button, act } }) => {
  const toast = make("div", { className: "toast" }, make("span", { textContent: text }));
  if (button) {
    const press = () => { act(); toast.remove(); };
    toast.append(make("button", { type: "button", textContent: button, onclick: press, data: button === "Undo" ? { undo: "" } : {} }));
  }
  region?.append(toast);
  settle(toast);
});

// One that came with another page.
document.addEventListener("toast", ({ detail: toast }) => {
  region?.append(toast);
  settle(toast);
});

// The summary above a refused form, and the first wrong field, are what a keyboard user needs next.
one("[data-focus]")?.focus();
