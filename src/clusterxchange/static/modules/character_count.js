// The sentence comes from the page, so that it is in the reader's language.
const show = (count, field) => {
  const limit = field.maxLength;
  count.hidden = false;
  count.textContent = count.dataset.sentence
    .replace("{count}", field.value.length.toLocaleString(document.documentElement.lang))
    .replace("{limit}", limit.toLocaleString(document.documentElement.lang));
};

const begin = (root) => {
  for (const count of root.querySelectorAll("[data-count-of]")) {
    const field = document.getElementById(count.dataset.countOf);
    if (!field || field.maxLength < 1) continue;
    show(count, field);
    field.addEventListener("input", () => show(count, field));
  }
};

begin(document);
document.addEventListener("htmx:afterSwap", (event) => begin(event.target));
