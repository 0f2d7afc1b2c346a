// The record page: one state at a time, named on the form, which decides what is shown.

import { explain, fileName, newRecorder, openMicrophone, release, watchLevel, whyNot } from "./microphone.js";
import { ConnectionLost, send, showProblem, showProgress } from "./send.js";
import { clock, machine, tell } from "./states.js";
import { say } from "./words.js";

const NEXT = {
  off: ["idle", "unable"],
  idle: ["asking"],
  asking: ["idle", "recording", "recorded"],
  recording: ["idle", "recorded"],
  recorded: ["asking", "sending"],
  sending: ["recorded"],
};
const SHORTEST_SECONDS = 0.5;
const SILENT_BELOW = 0.001; // largest sample; a muted microphone gives 0, a quiet room more than this
const PATIENCE_MS = 15_000;
const MARGIN_SECONDS = 0.25; // stop a little early: a container's last packet may run over the limit
const BARS = 60;

const SAY = {
  idle: say("Press Record when you are ready. Your browser will ask for the microphone."),
  asking: say("Waiting for the microphone…"),
  prompt: say("Your browser is asking whether this page may use the microphone: answer its prompt, near the address bar."),
  recording: say("Recording. Press Stop when you are done."),
  recorded: say("Listen to it, send it, or record again."),
  limit: say("That is the longest recording, so it was stopped. Listen to it, send it, or record again."),
  unplugged: say("The microphone went away. What it recorded until then is kept."),
  short: say("That was too short to hear anything. Record at least a second."),
  silent: say("The microphone heard only silence. Check that it isn’t muted and is the right one, then record again."),
  lost: say("The connection was lost. Your recording is still here: send it again."),
};

const find = (id) => document.getElementById(id);
const studio = find("studio");
const maxSeconds = Number(studio.dataset.maxSeconds);

let visit = 0; // rises with each request for the microphone, so that a late answer to an old one is known
let session = null; // what is being recorded: stream, recorder, level, timers
let take = null; // the last recording: blob, name, address

// States

const enter = machine(studio, find("status"), NEXT, SAY);

function rest(problem) {
  enter(take ? "recorded" : "idle");
  showProblem(find("problem"), problem);
}

// Recording

async function ask() {
  const mine = ++visit;
  showProblem(find("problem"));
  enter("asking");
  const hint = setTimeout(() => tell(find("status"), SAY.prompt), PATIENCE_MS);
  try {
    const stream = await openMicrophone();
    if (mine === visit) tryToBegin(stream);
    else release(stream);
  } catch (error) {
    if (mine === visit) rest(explain(error));
  } finally {
    clearTimeout(hint);
  }
}

function cancel() {
  visit += 1;
  rest();
}

function tryToBegin(stream) {
  try {
    begin(stream);
  } catch (error) {
    release(stream);
    throw error;
  }
}

function begin(stream) {
  const recorder = newRecorder(stream);
  const chunks = [];
  recorder.addEventListener("dataavailable", (event) => chunks.push(event.data));
  recorder.addEventListener("stop", () => finish(new Blob(chunks, { type: recorder.mimeType })));
  stream.getAudioTracks()[0].addEventListener("ended", () => stop(SAY.unplugged));
  const level = watchLevel(stream, showLevel);
  recorder.start();
  session = { stream, recorder, level, started: performance.now() };
  session.tick = setInterval(showTime, 100);
  forget();
  flatten();
  enter("recording");
  showTime();
}

function elapsed() {
  return (performance.now() - session.started) / 1000;
}

function showTime() {
  find("time").textContent = clock(elapsed());
  if (elapsed() >= maxSeconds - MARGIN_SECONDS) stop(SAY.limit);
}

function stop(words) {
  if (!session || session.seconds !== undefined) return;
  session.seconds = elapsed();
  session.words = words;
  clearInterval(session.tick);
  session.level.stop();
  if (session.recorder.state !== "inactive") session.recorder.stop();
  release(session.stream);
}

function finish(blob) {
  stop(SAY.unplugged); // where the recorder ended by itself
  const { seconds, words, level } = session;
  session = null;
  if (seconds < SHORTEST_SECONDS || blob.size === 0) return rest(SAY.short);
  keep(blob, seconds);
  enter("recorded", words);
  showProblem(find("problem"), isSilent(level) && SAY.silent);
}

function isSilent(level) {
  return level.loudest() !== null && level.loudest() < SILENT_BELOW;
}

function keep(blob, seconds) {
  take = { blob, name: fileName(blob.type, new Date()), address: URL.createObjectURL(blob) };
  find("listen").src = take.address;
  find("time").textContent = clock(seconds);
}

function forget() {
  if (!take) return;
  find("listen").removeAttribute("src");
  URL.revokeObjectURL(take.address);
  take = null;
}

// Sending

async function submit(event) {
  event.preventDefault();
  if (studio.dataset.state !== "recorded") return;
  const data = new FormData(studio);
  data.set("audio", take.blob, take.name);
  find("listen").pause();
  showProblem(find("problem"));
  enter("sending");
  try {
    location.assign(await send(studio, data, (share) => showProgress(find("progress"), find("status"), share)));
  } catch (error) {
    rest(error instanceof ConnectionLost ? SAY.lost : error.message);
  }
}

// The picture of the voice

function flatten() {
  const bars = Array.from({ length: BARS }, (_, index) => {
    const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    bar.setAttribute("x", index * 8 + 2);
    bar.setAttribute("width", 4);
    bar.setAttribute("rx", 2);
    return stretch(bar, 0);
  });
  find("wave").replaceChildren(...bars);
}

function stretch(bar, level) {
  const tall = 4 + level * 88;
  bar.setAttribute("height", tall.toFixed(1));
  bar.setAttribute("y", (48 - tall / 2).toFixed(1));
  return bar;
}

/** The newest level enters at the right and pushes the older ones on. */
function showLevel(level) {
  find("level").value = level;
  const bars = [...find("wave").children];
  bars.forEach((bar, index) => {
    const next = bars[index + 1];
    if (!next) return stretch(bar, level);
    bar.setAttribute("height", next.getAttribute("height"));
    bar.setAttribute("y", next.getAttribute("y"));
  });
}

// The page

function leave() {
  if (studio.dataset.state === "asking") cancel();
  stop();
}

function start() {
  const reason = whyNot();
  find("limit").textContent = clock(maxSeconds);
  if (reason) {
    enter("unable");
    return showProblem(find("problem"), reason);
  }
  find("record").addEventListener("click", ask);
  find("again").addEventListener("click", ask);
  find("cancel").addEventListener("click", cancel);
  find("stop").addEventListener("click", () => stop());
  studio.addEventListener("submit", submit);
  addEventListener("pagehide", leave);
  addEventListener("pageshow", () => studio.dataset.state === "sending" && rest());
  flatten();
  enter("idle");
}

start();
