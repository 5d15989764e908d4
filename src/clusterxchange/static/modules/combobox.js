// A field whose answer stands in a long list: the pattern "editable combobox with list autocomplete" of ARIA 1.2.
// Without this module the field is a plain one, with a link to a page that searches the list.
const WAIT = 150;

class Combobox {
  constructor(root) {
    this.root = root;
    this.input = root.querySelector("input");
    this.list = document.createElement("ul");
    this.list.id = `${this.input.id}_list`;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", root.querySelector("label").textContent.trim());
    this.list.hidden = true;
    this.said = document.createElement("p");
    this.said.className = "visually-hidden";
    this.said.setAttribute("role", "status");
    this.input.after(this.list, this.said);
    const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id, autocomplete: "off" };
    for (const [name, value] of Object.entries(attributes)) this.input.setAttribute(name, value);
    this.input.addEventListener("input", () => this.ask());
    this.input.addEventListener("keydown", (event) => this.press(event));
    this.input.addEventListener("blur", () => this.close());
    // A press on an entry must not take the focus out of the field first.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.choose(event.target.closest("[role=option]")));
  }

  get options() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  get chosen() {
    return this.list.querySelector("[aria-selected=true]");
  }

  ask() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.fetch(), WAIT);
  }

  async fetch() {
    const asked = new URLSearchParams({ q: this.input.value });
    const other = this.root.dataset.with && this.input.form.elements[this.root.dataset.with];
    if (other) asked.set(other.name, other.value);
    const number = (this.number = (this.number ?? 0) + 1);
    const answer = await fetch(`${this.root.dataset.combobox}?${asked}`, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok || number !== this.number || document.activeElement !== this.input) return;
    const template = document.createElement("template");
    template.innerHTML = await answer.text();
    this.list.replaceChildren(...template.content.querySelectorAll("[role=option]"));
    this.options.forEach((option, place) => {
      option.id = `${this.list.id}_${place}`;
      option.setAttribute("aria-selected", "false");
    });
    const count = this.options.length;
    this.said.textContent = count ? this.root.dataset.count.replace("{count}", count) : this.root.dataset.none;
    this.list.hidden = count === 0;
    this.input.setAttribute("aria-expanded", String(count > 0));
    this.input.removeAttribute("aria-activedescendant");
  }

  close() {
    clearTimeout(this.timer);
    this.number = (this.number ?? 0) + 1;
    this.list.hidden = true;
    this.list.replaceChildren();
    this.said.textContent = "";
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  mark(option) {
    this.chosen?.setAttribute("aria-selected", "false");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  choose(option) {
    if (!option) return;
    this.input.value = option.dataset.value;
    for (const [name, value] of Object.entries(option.dataset)) {
      const field = name.startsWith("set") && this.input.form.elements[name.slice(3).toLowerCase()];
      if (field) field.value = value;
    }
    const also = Object.keys(option.dataset).find((name) => name.startsWith("set"));
    this.close();
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
    if (also) this.input.form.elements[also.slice(3).toLowerCase()]?.dispatchEvent(new Event("change", { bubbles: true }));
  }

  press(event) {
    const { options, chosen } = this;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (this.list.hidden) return void this.fetch();
      const step = event.key === "ArrowDown" ? 1 : -1;
      const place = chosen ? options.indexOf(chosen) + step : step > 0 ? 0 : -1;
      this.mark(options.at(place % options.length));
    } else if (event.key === "Enter" && !this.list.hidden && chosen) {
      event.preventDefault();
      this.choose(chosen);
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      this.close();
    }
  }
}

for (const root of document.querySelectorAll("[data-combobox]")) new Combobox(root);
