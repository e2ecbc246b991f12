// Toasts: said once, stay until focus leaves them or eight seconds have passed.
const region = one("#toasts");
const seconds = 8;

function settle(toast) {
  const leave = () => {
    if (toast.matches(":hover, :focus-within")) return wait();
    toast.remove();
  };
  const wait = () => setTimeout(leave, seconds * 1000);
  wait();
}

all(".toast", region).forEach(settle);

// Any part may say something: document.dispatchEvent(new CustomEvent("say", { detail: "Saved" })).
document.addEventListener("say", ({ detail }) => {
  const toast = make("div", { className: "toast" }, make("span", { textContent: detail }));
  region?.append(toast);
  settle(toast);
});

// Z presses the newest Undo; keys.js sends the event.
document.addEventListener("undo", () => all("[data-undo]", region).at(-1)?.click());
