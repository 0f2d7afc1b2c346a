// How the live page shows what is heard: now in large letters, as a trace, and as a table.

import { wordsOf } from "./live_heard.js";
import { draw } from "./live_trace.js";
import { tell } from "./states.js";
import { number, percent, say } from "./words.js";

const SAID_EVERY_MS = 4000; // screen readers are told of a change, and not more often
const EYEBROWS = {
  speaking: say("Tonelog hears"),
  ended: say("Tonelog heard"),
  silence: say("Now"),
  away: say("Not heard just now"),
};

const find = (id) => document.getElementById(id);
const lanes = [...document.querySelectorAll(".lanes [data-emotion]")];
const faces = new Map(lanes.map((lane) => [lane.dataset.emotion, lane.querySelector(".face").textContent]));
const lines = new WeakMap(); // the line in the table of each row
const said = { words: "", at: 0 };

/** What is heard now: an emotion while somebody speaks and shortly after, else silence, or nothing. */
export function showNow({ state, row, ago }) {
  const voice = state === "silence" ? undefined : row?.voice;
  put("eyebrow", EYEBROWS[state]);
  put("words", voice ? wordsOf(voice) : state === "silence" ? say("Silence") : "…");
  put("more", voice ? more(voice) : row ? lastHeard(row, ago) : "");
  put("face", voice ? facesOf(voice) : "");
  find("now").className = `now tone-${toneOf(voice)}`;
  Object.assign(find("now").dataset, { heard: state, emotion: voice?.emotion ?? "" });
  find("face").classList.toggle("two", voice?.emotions.length === 2);
  showLanes(voice);
  if (voice) announce(wordsOf(voice));
}

/** The trace, drawn anew. */
export function showTrace({ spans, until }) {
  draw(find("trace"), spans, until, [...faces.keys()]);
}

/** The table of stretches; a line stays the same element while it grows, so that it can be read. */
export function showRows(rows, since) {
  const wanted = rows.map((row) => line(row, since)).reverse();
  const there = [...find("rows").children];
  const same = wanted.length === there.length && wanted.every((one, index) => one === there[index]);
  if (!same) find("rows").replaceChildren(...wanted);
}

function showLanes(voice) {
  for (const lane of lanes) {
    const name = lane.dataset.emotion;
    const share = voice?.probabilities[name];
    lane.lastElementChild.textContent = share === undefined ? "" : percent(share);
    lane.classList.toggle("heard", Boolean(voice?.emotions.includes(name)));
  }
}

/** Tell screen readers what is heard now, if it is new and the last word is some seconds ago. */
function announce(words) {
  if (words === said.words || performance.now() - said.at < SAID_EVERY_MS) return;
  Object.assign(said, { words, at: performance.now() });
  put("said", words);
}

function more(voice) {
  const unlike = voice.unlike ? say("; unlike what the model was trained on") : "";
  const sure = voice.emotions.length
    ? say("%(share)s sure", { share: percent(voice.share) })
    : say("Likeliest: %(heard)s", { heard: figure(voice) });
  return sure + unlike;
}

function lastHeard({ voice }, ago) {
  return say("Last heard: %(heard)s, %(seconds)s s ago", { heard: figure(voice), seconds: number(ago) });
}

function figure(voice) {
  return `${say(voice.emotion)} ${percent(voice.confidence)}`;
}

function line(row, since) {
  const made = lines.get(row) ?? newLine(row);
  const { voice, from, to } = row;
  const when = new Date(since + 1000 * from).toLocaleTimeString(document.documentElement.lang, { hourCycle: "h23" });
  const sure = percent(voice.emotions.length ? voice.share : voice.confidence);
  const [face, words, ...figures] = [...made.querySelectorAll("span, td")];
  put(face, facesOf(voice));
  put(words, ` ${wordsOf(voice)}`);
  [sure, when, `${number(to - from, 1)} s`].forEach((text, index) => put(figures[index], text));
  made.className = `tone-${toneOf(voice)}`;
  return made;
}

function newLine(row) {
  const made = document.createElement("tr");
  const first = document.createElement("th");
  first.setAttribute("scope", "row");
  const face = document.createElement("span");
  face.className = "face";
  face.setAttribute("aria-hidden", "true");
  first.append(face, document.createElement("span"));
  made.append(first, ...Array.from({ length: 3 }, () => document.createElement("td")));
  lines.set(row, made);
  return made;
}

function facesOf({ emotions }) {
  return emotions.map((name) => faces.get(name)).join("");
}

function toneOf(voice) {
  if (!voice || voice.emotions.length === 0) return "none";
  return voice.emotions.length === 2 ? "twins" : voice.emotions[0];
}

function put(place, text) {
  tell(typeof place === "string" ? find(place) : place, text);
}
