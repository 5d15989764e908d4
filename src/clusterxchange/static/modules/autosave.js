// The server answers a field that was left with what is to be said of it; the field itself is never touched.
const describe = (place) => {
  const field = document.getElementById(place.dataset.for);
  if (!field) return;
  const error = place.querySelector(".error");
  const described = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && !id.endsWith("_error"));
  if (error) described.push(error.id);
  if (described.length) field.setAttribute("aria-describedby", described.join(" "));
  else field.removeAttribute("aria-describedby");
  if (field.matches("input, select, textarea")) {
    if (error) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
};

document.addEventListener("htmx:oobAfterSwap", (event) => {
  const place = document.getElementById(event.detail.target.id);
  if (place?.classList.contains("error-place")) describe(place);
});

document.addEventListener("htmx:afterSwap", (event) => {
  const moved = event.target.querySelector?.("[data-moved]");
  for (const name of moved ? ["latitude", "longitude"] : []) {
    const field = document.getElementById(`id_${name}`);
    if (field && field !== document.activeElement) field.value = moved.dataset[name];
  }
});

const sent = new WeakMap();
document.addEventListener("htmx:beforeRequest", (event) => {
  const input = event.target.closest?.("[data-upload]")?.querySelector("input[type=file]");
  if (input) sent.set(input, input.files[0]);
});

const progressOf = (row) => row?.querySelector?.("[data-progress]");
document.addEventListener("htmx:xhr:progress", (event) => {
  const shown = progressOf(event.target.closest("[data-upload]"));
  if (!shown || !event.detail.lengthComputable) return;
  shown.hidden = false;
  shown.firstElementChild.value = Math.round((100 * event.detail.loaded) / event.detail.total);
});
document.addEventListener("htmx:afterRequest", (event) => {
  const row = event.target.closest?.("[data-upload]");
  const shown = progressOf(row);
  if (!shown) return;
  shown.hidden = true;
  // What was sent needs no second sending with the whole section; what was chosen meanwhile is still to be sent.
  const input = row.querySelector("input[type=file]");
  if (event.detail.successful && !row.querySelector(".error") && input.files[0] === sent.get(input)) input.value = "";
});

for (const area of document.querySelectorAll("[data-upload] .file-drop")) {
  const input = area.querySelector("input[type=file]");
  area.addEventListener("dragover", (event) => {
    event.preventDefault();
    area.dataset.over = "";
  });
  area.addEventListener("dragleave", () => delete area.dataset.over);
  area.addEventListener("drop", (event) => {
    event.preventDefault();
    delete area.dataset.over;
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
