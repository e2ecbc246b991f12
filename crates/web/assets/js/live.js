// What others do while one looks: rows change in place, new ones are told, a record says who else is there and what was
// written. One stream for what is shown (`GET /live`), none while nobody looks.
const quiet = 800;
const forCounts = 5000;
const sources = new Map();

// Calls `act` at most once in a while, and not at the same moment as everybody else.
function seldom(milliseconds, act) {
  let waiting = 0;
  return () => {
    if (waiting) return;
    waiting = setTimeout(() => { waiting = 0; act(); }, milliseconds * (0.7 + Math.random() * 0.6));
  };
}

function connect(holder) {
  const { address, hear } = sources.get(holder);
  const from = new URL(address, location.href);
  from.searchParams.set("since", holder.dataset.since);
  const source = new EventSource(from);
  for (const type of ["written", "much", "present"]) {
    source.addEventListener(type, event => {
      if (event.lastEventId) holder.dataset.since = event.lastEventId;
      hear(type, JSON.parse(event.data));
    });
  }
  sources.get(holder).source = source;
}

function watch(holder, address, hear) {
  sources.set(holder, { address, hear });
  if (!document.hidden) connect(holder);
}

function leave(holder) {
  sources.get(holder)?.source?.close();
  sources.delete(holder);
}

const hang = later(3000, () => {
  if (document.hidden) for (const held of sources.values()) held.source?.close();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return hang();
  for (const [holder, held] of sources) if (held.source?.readyState !== EventSource.OPEN) connect(holder);
});
addEventListener("pagehide", () => { for (const held of sources.values()) held.source?.close(); });

// A list.
const table = one("[data-list][data-since]");
if (table) {
  const news = one("[data-news]");
  const [changed, fresh] = [new Set(), new Set()];
  const rows = seldom(quiet, () => { renew([...changed]); changed.clear(); });
  const counts = seldom(forCounts, () => renew([]));
  watch(table, `/live?${new URLSearchParams({ list: table.dataset.list })}`, (type, told) => {
    if (type === "much") {
      renew();
      return;
    }
    const row = one(`tr[data-number="${CSS.escape(told.number)}"]`, table);
    if (row && Number(row.dataset.version) < told.version) {
      changed.add(told.number);
      return rows();
    }
    counts();
    if (row || !told.listed || !news) return;
    fresh.add(told.number);
    const many = fresh.size === 1 ? "One more is in this view now." : `${fresh.size} more are in this view now.`;
    news.replaceChildren(make("span", { textContent: `${many} ` }),
      make("button", { type: "button", className: "btn sm", textContent: "Show", onclick: show }));
    news.hidden = false;
  });

  // The page as it is now, with what was ticked still ticked.
  async function show() {
    const response = await fetch(location.href, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const body = one("[data-list] tbody", page);
    if (!response.ok || !body) return location.reload();
    const [ticked, at] = [all(".ck input:checked", table).map(box => box.value), one("tr.cursor", table)?.dataset.number];
    for (const row of all("tr[data-number]", body)) {
      if (ticked.includes(row.dataset.number)) one(".ck input", row).checked = true;
      row.classList.toggle("cursor", row.dataset.number === at);
    }
    one("tbody", table).replaceWith(document.adoptNode(body));
    const tabs = one("#views", page);
    if (tabs) one("#views")?.replaceChildren(...tabs.childNodes);
    fresh.clear();
    news.hidden = true;
    one("tbody tr[data-href] a[href]", table)?.focus();
  }
}

// A record: on its page, in its form, beside a list.
function listen(holder) {
  const { watch: path, me } = holder.dataset;
  const [, plural, number] = path.split("/");
  const [news, present] = [one("[data-news]", holder), one("[data-present]", holder)];
  const draft = () => all(".composer textarea").some(text => text.value.trim());
  const editing = () => Boolean(one(".inline-edit") || one("main form.form"));
  watch(holder, `/live?${new URLSearchParams({ kind: plural, record: decodeURIComponent(number) })}`, async (type, told) => {
    if (type === "present") return meet(present, told.present);
    if (type === "written" && Number(holder.dataset.version) >= told.version) return;
    if (type === "written") holder.dataset.version = told.version;
    const who = told.name ? `${told.name} changed this just now.` : "This was changed just now.";
    if (told.by !== me) {
      const warning = editing() ? " What you have open here is of before; saving shows you both."
        : draft() ? " Read it before you send what you are writing." : "";
      news.replaceChildren(make("b", { textContent: who }), warning);
      news.hidden = false;
      news.dataset.tone = warning ? "warn" : "info";
    }
    if (!editing()) holder.closest("#pane") ? document.dispatchEvent(new CustomEvent("stale")) : refresh();
  });
}

function meet(place, people) {
  const said = ({ name, writing }) => `${name} is ${writing ? "writing" : "looking at this too"}.`;
  place.replaceChildren(...people.map(person => make("span", { textContent: `${said(person)} `, className: person.writing ? "writes" : "" })));
}

all("main [data-watch]").forEach(listen);
document.addEventListener("arrived", ({ detail: part }) => {
  for (const holder of [...sources.keys()]) if (!holder.isConnected) leave(holder);
  all("[data-watch]", part).filter(holder => !sources.has(holder)).forEach(listen);
});

// What is still being counted is asked for again until it is there.
const counting = () => one("[data-counting]") && setTimeout(() => refresh().catch(() => {}).finally(counting), 2000);
counting();

// Others see that one writes, for as long as one does.
let told = 0;
function tell(form, writes) {
  const holder = one("[data-watch]", form.closest("#pane") ?? document);
  if (!holder) return;
  told = writes ? Date.now() : 0;
  const body = new URLSearchParams({ writes: writes ? "yes" : "no", csrf: one("meta[name=csrf]").content });
  send(`${holder.dataset.watch}/writing`, { method: "POST", body }).catch(() => {});
}
on("input", "form[data-draft]", form => {
  const writes = [...form.elements].some(control => control.matches("textarea") && control.value.trim());
  if (writes ? Date.now() - told > 8000 : told) tell(form, writes);
});
document.addEventListener("submit", ({ target: form }) => { if (told && form.dataset.draft) tell(form, false); });
