// The live page: one state at a time, named on the form, which decides what is shown.

import { Heard } from "./live_heard.js";
import { keepAsking } from "./live_line.js";
import { showNow, showRows, showTrace } from "./live_show.js";
import { Memory, RATE, SECONDS, capture, wav } from "./live_sound.js";
import { explain, fileName, openMicrophone, release, whyNot } from "./microphone.js";
import { ConnectionLost, post, send, showProblem, showProgress } from "./send.js";
import { clock, machine, tell } from "./states.js";
import { say } from "./words.js";

const NEXT = {
  off: ["idle", "unable"],
  idle: ["asking"],
  asking: ["idle", "live", "stopped"],
  live: ["stopped", "sending"],
  stopped: ["asking", "sending"],
  sending: ["stopped"],
};
const LATELY = 4; // seconds of sound that a question holds, at most
const LEAST = 0.5; // and at least
const SHORTEST = 1; // seconds that can be kept
const MARGIN_SECONDS = 0.25; // kept a little shorter than the longest recording
const PATIENCE_MS = 15_000;
const QUIETEST_DB = -48;

const SAY = {
  idle: say("Press Listen when you are ready. Your browser will ask for the microphone."),
  asking: say("Waiting for the microphone…"),
  prompt: say("Your browser is asking whether this page may use the microphone: answer its prompt, near the address bar."),
  live: say("Listening. Nothing is kept unless you press Keep."),
  stopped: say("The microphone is off. You can keep what was heard, or listen again."),
  hidden: say("The microphone was switched off when this page was hidden. Listen again, or keep what was heard."),
  unplugged: say("The microphone went away. You can keep what was heard, or listen again."),
  lost: say("The connection is lost; trying again. The microphone stays on."),
  back: say("The connection is back. Listening."),
  unsent: say("The connection was lost. What was heard is still here: keep it again."),
};

const find = (id) => document.getElementById(id);
const live = find("live");
const keepsAtMost = Math.min(SECONDS, Number(live.dataset.maxSeconds) - MARGIN_SECONDS);

let memory = new Memory();
let visit = 0; // rises with each request for the microphone, so that a late answer to an old one is known
let session = null; // what goes on while somebody listens: what was heard, and how to end it

// States

const enter = machine(live, find("status"), NEXT, SAY);
const announce = (words) => tell(find("status"), words);

function rest(problem) {
  const state = memory.total ? "stopped" : "idle";
  enter(state);
  showProblem(find("problem"), problem);
}

// Listening

async function ask() {
  const mine = ++visit;
  showProblem(find("problem"));
  enter("asking");
  const hint = setTimeout(() => announce(SAY.prompt), PATIENCE_MS);
  const begun = [];
  try {
    const stream = await openMicrophone();
    begun.push(() => release(stream));
    const fresh = new Memory();
    const sound = await capture(stream, fresh, showLevel);
    begun.push(sound.stop);
    if (mine !== visit) return end(begun);
    stream.getAudioTracks()[0].addEventListener("ended", () => stop(SAY.unplugged));
    begin(fresh, begun);
  } catch (error) {
    end(begun);
    if (mine === visit) rest(explain(error));
  } finally {
    clearTimeout(hint);
  }
}

function end(begun) {
  for (const undo of begun) undo();
}

function cancel() {
  visit += 1;
  rest();
}

function begin(fresh, begun) {
  memory = fresh;
  session = { heard: new Heard(), needed: 0, away: false, since: Date.now(), begun };
  begun.push(keepAsking(question, { answer: hear, trouble, refused }));
  enter("live");
  for (const name of ["trace-panel", "table-panel"]) find(name).hidden = false;
  show();
  if (document.hidden) hide();
}

function stop(words) {
  if (!session) return;
  end(session.begun);
  session = null;
  enter("stopped", words);
  showLength();
}

// Questions and answers

/** The last seconds, as far as they are not settled; nothing yet where that is too little. */
async function question(signal) {
  const until = memory.total;
  const from = Math.max(session.needed, until - LATELY * RATE, 0);
  if (until - from < LEAST * RATE) return null;
  const address = `${live.dataset.heard}?${new URLSearchParams({ model: find("model").value })}`;
  const answer = await post(address, live.elements.csrf_token.value, memory.cut(from, until), signal);
  return { from, until, answer };
}

function hear(found) {
  showLength();
  if (!found) return;
  if (session.away) announce(SAY.back);
  session.away = false;
  session.needed = found.until - Math.round(found.answer.needed * RATE);
  session.heard.take(found.from / RATE, found.until / RATE, found.answer);
  show();
}

function trouble(error) {
  session.away = true;
  showNow({ state: "away" });
  showLength();
  announce(error instanceof ConnectionLost ? SAY.lost : error.message);
}

function refused(error) {
  stop();
  showProblem(find("problem"), error.message);
}

// Keeping

async function keep(event) {
  event.preventDefault();
  if (!["live", "stopped"].includes(live.dataset.state) || memory.seconds < SHORTEST) return;
  stop();
  const samples = memory.cut(memory.total - Math.floor(keepsAtMost * RATE), memory.total);
  const data = new FormData(live);
  data.set("audio", wav(samples), fileName("audio/wav", new Date()));
  showProblem(find("problem"));
  enter("sending");
  try {
    location.assign(await send(live, data, (share) => showProgress(find("progress"), find("status"), share)));
  } catch (error) {
    rest(error instanceof ConnectionLost ? SAY.unsent : error.message);
  }
}

// What is shown

function show() {
  const { heard, since } = session;
  showNow(heard.now);
  showTrace(heard);
  showRows(heard.rows, since);
}

/** How much can be kept. */
function showLength() {
  find("length").textContent = clock(Math.min(memory.seconds, keepsAtMost));
  find("keep").disabled = memory.seconds < SHORTEST;
}

function showLevel(peak) {
  const decibels = 20 * Math.log10(Math.max(peak, 1e-6));
  find("level").value = Math.min(1, Math.max(0, 1 - decibels / QUIETEST_DB));
}

// The page

function hide() {
  stop(SAY.hidden);
}

/** What was said while nobody could see it is said once more. */
function comeBack() {
  if (document.hidden) return hide();
  if (find("status").textContent !== SAY.hidden) return;
  announce();
  setTimeout(() => live.dataset.state === "stopped" && announce(SAY.hidden), 100);
}

function leave() {
  if (live.dataset.state === "asking") cancel();
  stop();
}

function start() {
  const reason = whyNot("AudioWorkletNode");
  if (reason) {
    enter("unable");
    return showProblem(find("problem"), reason);
  }
  for (const name of ["listen", "again"]) find(name).addEventListener("click", ask);
  find("cancel").addEventListener("click", cancel);
  find("stop").addEventListener("click", () => stop());
  live.addEventListener("submit", keep);
  document.addEventListener("visibilitychange", comeBack);
  addEventListener("pagehide", leave);
  addEventListener("pageshow", () => live.dataset.state === "sending" && rest());
  enter("idle");
}

start();
