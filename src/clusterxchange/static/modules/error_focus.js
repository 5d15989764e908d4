// A page that came back with an error is read from its summary on.
const summary = document.querySelector(".error-summary[role=alert]");
if (summary) summary.focus();

document.addEventListener("htmx:afterSwap", (event) => {
  event.target.querySelector?.(".error-summary[role=alert]")?.focus();
});
