// Keys for whoever assesses many registrations. Each repeats a button or a link of the page; none is needed.
const SWITCH = "keys-of-assessment";
const isOff = () => document.documentElement.dataset.keys === "off" || localStorage.getItem(SWITCH) === "off";
const isTyping = (target) =>
  target.closest("textarea, select, [contenteditable], input:not([type=radio], [type=checkbox], [type=submit])") !== null;
const checklist = document.getElementById("checklist");
const lines = () => [...(checklist?.querySelectorAll(".checks > fieldset") ?? [])];
const answers = (line) => [...line.querySelectorAll("input[type=radio]")];

const passAll = () => {
  for (const line of lines()) {
    const first = answers(line)[0];
    if (first) first.checked = true;
  }
};

const move = (step) => {
  const all = lines();
  if (all.length === 0) return;
  const here = all.findIndex((line) => line.contains(document.activeElement));
  const next = here < 0 ? (step > 0 ? 0 : all.length - 1) : here + step;
  all[Math.max(0, Math.min(all.length - 1, next))].focus();
};

const answer = (place) => {
  const line = document.activeElement?.closest(".checks > fieldset");
  const wanted = line && answers(line)[place];
  if (wanted) wanted.checked = true;
};

// As long as nobody has edited the mail that asks for more, it shows the questions as they are typed.
const letter = checklist?.querySelector("[name=hold_letter]");
const shown = checklist?.querySelector("[name=hold_letter_shown]");
const questions = () =>
  lines()
    .filter((line) => line.querySelector("input[value=ask]:checked"))
    .map((line) => line.querySelector("textarea").value.trim().replace(/\s+/g, " "))
    .filter((question) => question !== "");
if (letter && shown) {
  const [first, ...rest] = shown.value.split(/\r?\n/);
  const last = rest.pop();
  const unasked = questions().length === 0 ? rest : [];
  const isUntouched = () => letter.value === shown.value.replace(/\r\n/g, "\n");
  checklist.addEventListener("input", (event) => {
    if (event.target === letter || !isUntouched()) return;
    const asked = questions().map((question, place) => `${place + 1}. ${question}`);
    letter.value = [first, ...(asked.length > 0 ? asked : unasked), last].join("\n");
    shown.value = letter.value;
  });
}

const passButton = document.querySelector("[data-pass-all]");
if (passButton) {
  passButton.hidden = false;
  passButton.addEventListener("click", passAll);
}

// Where there is room for two columns the document stands left of the checklist; else it has a page of its own.
for (const link of document.querySelectorAll("[data-show-in]")) {
  const frame = document.querySelector(`iframe[name="${CSS.escape(link.dataset.showIn)}"]`);
  link.addEventListener("click", () => {
    const isRoom = matchMedia("(min-width: 64rem)").matches;
    link.target = isRoom ? frame.name : "";
    frame.hidden = !isRoom;
    if (isRoom) frame.scrollIntoView({ block: "nearest" });
  });
}

for (const label of document.querySelectorAll("[data-keys-switch]")) {
  const box = label.querySelector("input");
  label.hidden = false;
  box.checked = !isOff();
  box.addEventListener("change", () => localStorage.setItem(SWITCH, box.checked ? "on" : "off"));
}

// A link is followed and "Pass all" does its work at once; a decision only takes the focus, and Enter confirms it.
const use = (target) => {
  if (target.matches("a, [data-pass-all], [data-action=open_application] button")) target.click();
  else target.focus();
};

document.addEventListener("keydown", (event) => {
  if (isOff() || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if ("123".includes(event.key)) answer("123".indexOf(event.key));
  else {
    const opens = event.key === "o" ? 'form[data-action="open_application"] button' : null;
    const target = document.querySelector(opens ?? `[data-key="${CSS.escape(event.key)}"]:not([hidden])`);
    if (!target) return;
    event.preventDefault();
    use(target);
  }
});
