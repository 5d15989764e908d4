// A file may be dropped anywhere on its field; the input itself does the rest.
for (const zone of document.querySelectorAll(".file-drop")) {
  const input = zone.querySelector("input[type=file]");
  const mark = (over) => zone.toggleAttribute("data-over", over);
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    mark(true);
  });
  zone.addEventListener("dragleave", () => mark(false));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    mark(false);
    if (event.dataTransfer.files.length > 0) {
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
}
