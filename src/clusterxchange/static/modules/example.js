// Taking an example over is writing: what listens for that, saves and counts, hears of it. Nothing typed is lost.
const begin = (root) => {
  for (const button of root.querySelectorAll("[data-take-over]")) button.hidden = false;
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-take-over]");
  const field = button && document.getElementById(button.dataset.takeOver);
  if (!field) return;
  const example = document.getElementById(`${field.id}_example`).textContent.trim();
  field.value = [field.value.trim(), example].filter(Boolean).join(field.matches("textarea") ? "\n\n" : " ");
  for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
  field.focus();
});

begin(document);
document.addEventListener("htmx:afterSwap", (event) => begin(event.target));
