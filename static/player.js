// The player of a result: a needle on waveform, timeline and spectrogram, zoom, speed, keys.
// The server gives the waveform's peaks: no browser has to decode hours of sound.

import WaveSurfer from "./vendor/wavesurfer/wavesurfer.esm.js";
import { clock, description, drawNames, drawTicks, placeAt, readSegments } from "./timeline.js";
import { tell } from "./states.js";
import { say } from "./words.js";

const find = (id) => document.getElementById(id);
const box = find("recording");
const audio = find("audio");
const scape = find("scape");
const segments = readSegments(find("segments"));
const WAVE = 96; // pixels, as in the style sheet
const NEAR = 8; // pixels from which segments are told apart by lines
const CLOSEST = 60; // pixels a second that a long recording can be enlarged to
const LEAST_ZOOM = 8; // times that every recording can be enlarged

let surfer, seconds;
let zoom = 1; // 1 shows the whole recording
let shown = -1; // the place of the segment under the needle

async function start() {
  const answer = await fetch(find("player").dataset.peaks).catch(() => null);
  if (!answer?.ok) return; // the plain player and the pictures stay
  const peaks = await answer.json();
  seconds = peaks.seconds;
  const scaled = (levels) => levels.map((level) => level / peaks.full);
  surfer = WaveSurfer.create({
    container: scape,
    media: audio,
    peaks: [scaled(peaks.highs), scaled(peaks.lows)],
    duration: seconds,
    height: WAVE,
    cursorWidth: 2,
    dragToSeek: matchMedia("(pointer: fine)").matches, // a finger scrolls
    cspNonce: find("player").nonce,
    ...colours(),
  });
  stack();
  surfer.once("ready", awake);
}

function colours() {
  const style = getComputedStyle(document.documentElement);
  const [waveColor, progressColor] = ["--edge", "--ink"].map((name) => style.getPropertyValue(name));
  return { waveColor, progressColor, cursorColor: progressColor };
}

/** Put timeline and spectrogram under the waveform, to scroll and stretch with it. */
function stack() {
  const ticks = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  ticks.id = "ticks";
  ticks.classList.add("ticks");
  ticks.setAttribute("width", "100%");
  ticks.setAttribute("aria-hidden", "true");
  const wrapper = surfer.getWrapper();
  wrapper.append(document.createElement("slot"));
  wrapper.parentElement.tabIndex = -1; // the whole box has the focus
  const below = scape.querySelectorAll(".timeline, .spectrogram");
  wrapper.getRootNode().host.append(ticks, ...below);
}

function awake() {
  box.classList.add("alive");
  find("controls").hidden = find("keys").hidden = false;
  scape.tabIndex = 0;
  scape.setAttribute("role", "group");
  scape.setAttribute("aria-label", say("Waveform and spectrogram. The arrow keys move the needle."));
  surfer.on("timeupdate", showNeedle);
  surfer.on("redrawcomplete", write);
  surfer.on("scroll", write);
  surfer.on("resize", () => enlarge(zoom));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => surfer.setOptions(colours()));
  listen();
  showNeedle(surfer.getCurrentTime());
  write();
}

function listen() {
  document.addEventListener("keydown", onKey);
  scape.addEventListener("pointerup", () => scape.focus({ preventScroll: true }));
  find("narrower").addEventListener("click", () => enlarge(zoom / 2));
  find("wider").addEventListener("click", () => enlarge(zoom * 2));
  find("zoom").addEventListener("input", (event) => enlarge(most() ** (event.target.value / 100)));
  find("speed").addEventListener("change", (event) => surfer.setPlaybackRate(Number(event.target.value), true));
  find("previous")?.addEventListener("click", () => stepSegment(-1));
  find("next")?.addEventListener("click", () => stepSegment(1));
  find("segments")?.addEventListener("click", onRow);
}

// Where the needle is

function showNeedle(time) {
  tell(find("at"), say("%(time)s of %(length)s", { time: clock(time), length: clock(seconds) }));
  const place = placeAt(segments, time);
  if (place === shown) return;
  segments[shown]?.row.removeAttribute("aria-current");
  segments[place]?.row.setAttribute("aria-current", "true");
  find("heard").replaceChildren(...description(segments[place]));
  shown = place;
}

function go(time) {
  surfer.setTime(Math.min(Math.max(time, 0), seconds));
}

function step(direction) {
  go(surfer.getCurrentTime() + direction * (seconds < 60 ? 1 : 5));
}

/** To the next segment, or to the start of this one or, from there, of the one before. */
function stepSegment(direction) {
  const time = surfer.getCurrentTime();
  const place = placeAt(segments, time);
  const inside = direction < 0 && time - segments[place].start > 0.5;
  const next = segments[inside ? place : place + direction];
  if (next) go(next.start + 0.001);
}

function onRow(event) {
  const row = event.target.closest("a")?.closest("tr");
  if (!row) return;
  event.preventDefault();
  go(Number(row.dataset.start) + 0.001);
}

// Zoom and speed

function most() {
  return Math.max(LEAST_ZOOM, (CLOSEST * seconds) / surfer.getWidth());
}

function enlarge(times) {
  zoom = Math.min(Math.max(times, 1), most());
  surfer.zoom(zoom === 1 ? 0 : (zoom * surfer.getWidth()) / seconds);
  find("zoom").value = (100 * Math.log(zoom)) / Math.log(most());
}

function changeSpeed(direction) {
  const { options, selectedIndex } = find("speed");
  const next = options[selectedIndex + direction];
  if (!next) return;
  next.selected = true;
  surfer.setPlaybackRate(Number(next.value), true);
}

/** Names and times for what is in view, and a little on both sides. */
function write() {
  const width = surfer.getWidth();
  const scale = surfer.getWrapper().clientWidth / seconds;
  const from = Math.max(0, (surfer.getScroll() - width / 2) / scale);
  const to = Math.min(seconds, (surfer.getScroll() + 1.5 * width) / scale);
  const view = { seconds, from, to, scale };
  drawTicks(find("ticks"), view);
  if (!segments.length) return;
  drawNames(find("names"), segments, view);
  box.querySelector(".timeline-strip").classList.toggle("near", (scale * seconds) / segments.length >= NEAR);
}

// Keys

const KEYS = {
  " ": () => surfer.playPause(),
  ArrowLeft: () => step(-1),
  ArrowRight: () => step(1),
  ShiftArrowLeft: () => stepSegment(-1),
  ShiftArrowRight: () => stepSegment(1),
  Home: () => go(0),
  End: () => go(seconds),
  "+": () => enlarge(zoom * 2),
  "=": () => enlarge(zoom * 2),
  "-": () => enlarge(zoom / 2),
  "<": () => changeSpeed(-1),
  ">": () => changeSpeed(1),
};

function onKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const shift = event.shiftKey && event.key.startsWith("Arrow") ? "Shift" : "";
  const act = KEYS[shift + event.key];
  if (!act || isElsewhere(event.target, event.key) || hasOwnUse(event.target, event.key)) return;
  event.preventDefault();
  act();
}

function isElsewhere(target, key) {
  if (box.contains(target)) return false;
  const scrolls = key === "Home" || key === "End";
  return target !== document.body || scrolls || !find("everywhere").checked;
}

/** Whether what has the focus needs the key itself. */
function hasOwnUse(target, key) {
  if (target.closest("input, select, textarea")) return true;
  if (target.closest("audio")) return !"+=-<>".includes(key);
  return key === " " && Boolean(target.closest("button, summary"));
}

// A long recording is asked for once the page is there: browsers would wait for the start of it.
addEventListener("load", () => (audio.preload = "metadata"));
start();
