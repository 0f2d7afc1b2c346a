// The history: short addresses, ticking a whole page, and how many are ticked.

const filters = document.getElementById("filters");
const several = document.getElementById("several");

/** What is left empty does not stand in the address. */
function leaveOutEmpty() {
  for (const field of filters.elements) {
    if (field.name) field.disabled = field.value === "" || (field.name === "sort" && field.value === "newest");
  }
  setTimeout(takeBack); // what was left out can still be filled in when one comes back
}

function takeBack() {
  for (const field of filters.elements) field.disabled = false;
}

/** Bring the choice of several to life. */
function watch() {
  const ticks = [...document.querySelectorAll(".log-tick input")];
  const all = document.querySelector("#tick-all input");
  const [some] = several.querySelectorAll("[name=all]");
  const count = document.querySelector("#ticked strong");

  const show = () => {
    const ticked = ticks.filter((tick) => tick.checked).length;
    count.textContent = ticked;
    all.checked = ticked === ticks.length;
    all.indeterminate = ticked > 0 && !all.checked;
    const none = some.checked && !ticked;
    for (const button of several.querySelectorAll("button")) button.disabled = none;
  };
  const change = () => {
    some.checked = true;
    show();
  };
  for (const tick of ticks) tick.addEventListener("change", change);
  all.addEventListener("change", () => {
    for (const tick of ticks) tick.checked = all.checked;
    change();
  });
  several.addEventListener("change", show);
  addEventListener("pageshow", show);
  document.getElementById("tick-all").hidden = false;
  document.getElementById("ticked").hidden = false;
  show();
}

if (filters) filters.addEventListener("submit", leaveOutEmpty);
if (several) watch();
