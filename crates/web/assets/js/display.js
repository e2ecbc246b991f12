// Times that stay true while the page is open, and the theme without a reload.
function near(then) {
  const minutes = Math.floor((Date.now() - then) / 60000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  return minutes < 1440 ? `${Math.floor(minutes / 60)} h ago` : null;
}

function tick() {
  for (const time of all("time[data-ago]")) {
    const words = near(Date.parse(time.dateTime));
    if (words) time.textContent = words;
    else time.removeAttribute("data-ago");
  }
}
tick();
setInterval(() => { if (!document.hidden) tick(); }, 30000);
document.addEventListener("visibilitychange", () => { if (!document.hidden) tick(); });

on("click", "[data-display] button[name=theme]", async (button, event) => {
  event.preventDefault();
  root.dataset.theme = button.value;
  all("button[name=theme]", button.form).forEach(other => other.setAttribute("aria-pressed", String(other === button)));
  try {
    const response = await send(button.form.action, { method: "POST", body: fieldsOf(button.form, button) });
    if (!response.ok) throw new Error(response.statusText);
  } catch {
    say("The choice holds for this page only: it could not be saved.");
  }
});
