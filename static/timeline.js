// The timeline: which segment the needle stands in, and what is written above the drawings.

import { pointed, say } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const FACE = 24; // pixels that a face takes
const LETTER = 7.5; // and a letter
const MOST = 400; // names drawn at once
const TICK = 80; // pixels that a time takes at least
const SHORT = { [say("no clear emotion")]: "?", [say("no speech")]: "" };
const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];

/** The segments as the table has them. */
export function readSegments(table) {
  return [...(table?.tBodies[0].rows ?? [])].map((row) => ({
    row,
    start: Number(row.dataset.start),
    end: Number(row.dataset.end),
    name: row.dataset.name,
    face: row.querySelector(".face")?.textContent ?? "",
  }));
}

/** The place of the segment at a time; -1 where there are none. */
export function placeAt(segments, time) {
  let [low, high] = [0, segments.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (segments[middle].start <= time) low = middle;
    else high = middle - 1;
  }
  return Math.min(low, high);
}

/** What the table says of a segment: copies of its words. */
export function description({ row }) {
  const [, , emotion, confidence] = row.cells;
  return [...emotion.cloneNode(true).childNodes, ` ${confidence.textContent}`];
}

/** Seconds as a clock shows them. */
export function clock(seconds, digits = 1) {
  const shown = Number(seconds.toFixed(digits));
  const [hours, minutes] = [Math.floor(shown / 3600), Math.floor(shown / 60) % 60];
  const rest = (shown % 60).toFixed(digits).padStart(digits ? digits + 3 : 2, "0");
  return pointed(hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`);
}

/** Write the names of the segments that have room for one. `view`: seconds, from, to, scale (pixels a second). */
export function drawNames(place, segments, view) {
  const [first, last] = [placeAt(segments, view.from), placeAt(segments, view.to)];
  const names = [];
  for (let index = Math.max(first, 0); index <= last && names.length < MOST; index += 1) {
    const { start, end, name, face } = segments[index];
    const share = (start + end) / 2 / view.seconds;
    names.push(...fitting(face, name, (end - start) * view.scale).map((words) => label(words, share)));
  }
  place.replaceChildren(...names);
}

/** Write times where they have room, and a line at each. */
export function drawTicks(place, view) {
  const step = STEPS.find((seconds) => seconds * view.scale >= TICK) ?? STEPS.at(-1);
  const ticks = [];
  for (let index = Math.ceil(view.from / step); index * step <= view.to; index += 1) {
    const share = (index * step) / view.seconds;
    ticks.push(line(share), text(clock(index * step, step < 1 ? 1 : 0), share, 14, 4));
  }
  place.replaceChildren(...ticks);
}

/** Face and name, the face alone, or nothing, as one label or none. */
function fitting(face, name, room) {
  if (room >= FACE + name.length * LETTER) return [[face, name]];
  return room >= FACE * Math.max(face.length / 2, 1) ? [[face, face ? "" : SHORT[name]]] : [];
}

function label([face, name], share) {
  const made = text(name && ` ${name}`, share, 16);
  const drawn = document.createElementNS(SVG, "tspan");
  drawn.classList.add("face");
  drawn.textContent = face;
  made.prepend(drawn);
  return made;
}

function text(words, share, y, dx = 0) {
  const made = document.createElementNS(SVG, "text");
  made.textContent = words;
  made.setAttribute("x", `${100 * share}%`);
  made.setAttribute("y", y);
  made.setAttribute("dx", dx);
  return made;
}

function line(share) {
  const made = document.createElementNS(SVG, "line");
  for (const end of ["x1", "x2"]) made.setAttribute(end, `${100 * share}%`);
  made.setAttribute("y2", 6);
  return made;
}
