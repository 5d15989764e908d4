// The end of a session is told before it comes. What could not be saved waits in this window, by its page, until
// somebody has signed in again and the page is back.
const panel = document.getElementById("session");
const BEFORE = 300;
const key = (name) => `unsaved ${location.pathname} ${name}`;
let timer;

const show = (when) => {
  for (const one of panel.querySelectorAll("[data-when]")) one.hidden = one.dataset.when !== when;
};
const wind = () => {
  clearTimeout(timer);
  show("");
  timer = setTimeout(() => show("ending"), Math.max(1, panel.dataset.seconds - BEFORE) * 1000);
};

const keep = (row) => {
  for (const field of row.querySelectorAll("input:not([type=file]), select, textarea")) {
    if (!field.name || (field.matches("[type=radio], [type=checkbox]") && !field.checked)) continue;
    sessionStorage.setItem(key(field.name), JSON.stringify([...JSON.parse(sessionStorage.getItem(key(field.name)) ?? "[]"), field.value]));
  }
};
const clear = (row) => {
  for (const field of row.querySelectorAll("[name]")) sessionStorage.removeItem(key(field.name));
};

const bring = () => {
  const names = new Set([...document.querySelectorAll("[data-autosave] [name]")].map((field) => field.name));
  for (const name of names) {
    const held = JSON.parse(sessionStorage.getItem(key(name)) ?? "null");
    if (!held) continue;
    const fields = [...document.querySelectorAll(`[data-autosave] [name="${name}"]`)];
    for (const field of fields) {
      if (field.matches("[type=radio], [type=checkbox]")) field.checked = held.includes(field.value);
      else [field.value] = held;
    }
    fields[0].dispatchEvent(new Event("change", { bubbles: true }));
  }
};

if (panel) {
  wind();
  panel.querySelector("[data-stay]")?.addEventListener("click", async () => {
    const answer = await fetch(location.pathname, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (answer?.ok) wind();
    else show(answer?.status === 401 ? "ended" : "unsaved");
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const row = event.target.closest?.("[data-autosave], [data-upload]");
    if (!row) return;
    clear(row);
    if (event.detail.successful) return void wind();
    keep(row);
    show(event.detail.xhr?.status === 401 ? "ended" : "unsaved");
  });
  // Modules run before htmx has looked at the page, so a change is told only once everything is loaded.
  addEventListener("load", bring);
}
