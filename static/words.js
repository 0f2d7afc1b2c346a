// Texts, numbers and times of the scripts, in the language of the page.
//
// English stands in the scripts; pages in other languages bring what `say` asks for along.

const block = document.getElementById("translations");
const words = block ? JSON.parse(block.textContent) : {};
const language = document.documentElement.lang;

/** A text in the language of the page, with values for each %(name)s in it. */
export function say(text, values = {}) {
  return (words[text] ?? text).replace(/%\((\w+)\)s/g, (_, name) => values[name]);
}

/** A number with so many digits behind its point. */
export function number(value, digits = 0) {
  return value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** 0.614 becomes 61%. */
export function percent(share) {
  return share.toLocaleString(language, { style: "percent" });
}

/** The point of a number that stands in `figures`. */
export function pointed(figures) {
  return figures.replace(".", number(0.5, 1).replace(/\d/g, ""));
}
