// Keys only repeat what links and buttons already do.
const palette = document.getElementById("palette");
const shortcuts = document.getElementById("shortcuts");
// Whoever has switched the single keys off in their preferences keeps the palette alone.
const areOff = document.documentElement.dataset.keys === "off";
const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;
const open = (panel) => {
  if (!panel?.showPopover) return;
  panel.togglePopover();
  panel.querySelector("input")?.focus();
};

const rows = () => [...document.querySelectorAll(".queue a")];
const move = (step) => {
  const links = rows();
  if (links.length === 0) return;
  const here = links.indexOf(document.activeElement);
  const next = here < 0 ? (step > 0 ? 0 : links.length - 1) : here + step;
  links[Math.max(0, Math.min(links.length - 1, next))].focus();
};

let first = "";
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && palette) {
    event.preventDefault();
    open(palette);
    return;
  }
  if (areOff || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (event.key === "?") open(shortcuts);
  if (event.key === "j") move(1);
  if (event.key === "k") move(-1);
  const pair = `${first} ${event.key}`;
  first = event.key;
  for (const key of palette?.querySelectorAll("a kbd") ?? []) {
    if (key.textContent === pair) key.closest("a").click();
  }
});

const narrow = (word) => {
  const wanted = word.trim().toLocaleLowerCase();
  for (const item of palette.querySelectorAll("li")) {
    item.hidden = !item.textContent.toLocaleLowerCase().includes(wanted);
  }
};
palette?.querySelector("input")?.addEventListener("input", (event) => narrow(event.target.value));
palette?.addEventListener("htmx:afterSwap", () => narrow(palette.querySelector("input").value));
palette?.querySelector("form")?.addEventListener("submit", (event) => {
  const found = palette.querySelector("li:not([hidden]) a");
  if (!found) return;
  event.preventDefault();
  found.click();
});
palette?.addEventListener("toggle", (event) => {
  if (event.newState === "open") palette.querySelector("input")?.focus();
});
