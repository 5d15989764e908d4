// Keys for whoever checks evidence: + and - zoom, n and b lead to the next and the previous item, a to "Accept".
const isTyping = (target) =>
  target.closest("textarea, select, [contenteditable], input:not([type=radio], [type=checkbox], [type=submit])") !== null;
const zooms = () => [...document.querySelectorAll(".viewer input[name=zoom]")];
const zoom = (step) => {
  const all = zooms();
  const here = all.findIndex((one) => one.checked);
  const wanted = all[Math.max(0, Math.min(all.length - 1, here + step))];
  if (wanted) wanted.checked = true;
};
const follow = (rel) => document.querySelector(`.places a[rel="${rel}"]`)?.click();
document.addEventListener("keydown", (event) => {
  if (document.documentElement.dataset.keys === "off") return;
  if (localStorage.getItem("keys-of-assessment") === "off") return;
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (event.key === "+") zoom(1);
  else if (event.key === "-") zoom(-1);
  else if (event.key === "n") follow("next");
  else if (event.key === "b") follow("prev");
  else if (event.key === "a") document.querySelector('form[data-action="accept_evidence"] button')?.focus();
  else return;
  event.preventDefault();
});
