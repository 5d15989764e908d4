// "x" ticks the row that has the focus; the box above ticks every row. Both only repeat the boxes of the rows.
const boxes = () => [...document.querySelectorAll(".queue input[name=pick]")];
const all = document.querySelector("[data-pick-all]");
if (all && boxes().length > 0) {
  all.hidden = false;
  all.querySelector("input").addEventListener("change", (event) => {
    for (const box of boxes()) box.checked = event.target.checked;
  });
}
document.addEventListener("keydown", (event) => {
  if (event.key !== "x" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.documentElement.dataset.keys === "off") return;
  if (localStorage.getItem("keys-of-assessment") === "off") return;
  const box = document.activeElement?.closest?.(".queue li")?.querySelector("input[name=pick]");
  if (box && document.activeElement !== box) box.checked = !box.checked;
});
