// The microphone: opening it, saying why it can't be opened, and measuring how loud it is.

import { say } from "./words.js";

const CONTAINERS = [
  "audio/webm;codecs=opus",
  "audio/ogg;codecs=opus",
  "audio/mp4;codecs=opus",
  "audio/mp4;codecs=mp4a.40.2",
  "audio/mp4",
  "audio/webm",
];
const ENDINGS = { "audio/webm": "webm", "audio/ogg": "ogg", "audio/mp4": "m4a", "audio/wav": "wav" };
const LEVEL_EVERY_MS = 50;
const QUIETEST_DB = -48;

const INSECURE = say(
  "Browsers give the microphone to secure pages only. Open Tonelog at http://localhost or over HTTPS, or upload a recording.",
);
const UNSUPPORTED = say("This browser can’t record sound. Use a current browser, or upload a recording.");
const REFUSALS = {
  NotAllowedError: say(
    "The microphone was refused. Allow it for this page beside the browser’s address bar, and in the system’s privacy settings, then record again.",
  ),
  NotFoundError: say("No microphone was found. Plug one in or switch it on, then record again."),
  NotReadableError: say(
    "The microphone is busy or doesn’t answer. Close other programs that use it, such as calls, then record again.",
  ),
};
const SAME_AS = {
  SecurityError: "NotAllowedError",
  OverconstrainedError: "NotFoundError",
  AbortError: "NotReadableError",
};

/** Why this page can never record here, by means of `what`; an empty string where it can. */
export function whyNot(what = "MediaRecorder") {
  if (!window.isSecureContext) return INSECURE;
  return navigator.mediaDevices?.getUserMedia && window[what] ? "" : UNSUPPORTED;
}

/** Why the microphone could not be opened, and what to do. */
export function explain(error) {
  const name = SAME_AS[error.name] ?? error.name;
  const other = say("The microphone could not be opened (%(reason)s). Try again, or upload a recording.", { reason: error.name });
  return REFUSALS[name] ?? other;
}

/** Ask for the microphone, its sound as it is; may wait for as long as the person doesn't answer. */
export function openMicrophone() {
  const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  return navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, ...plain } });
}

/** Let the microphone go, so that the browser's sign for it goes out. */
export function release(stream) {
  for (const track of stream.getTracks()) track.stop();
}

/** A recorder in a container that this browser writes. */
export function newRecorder(stream) {
  const mimeType = CONTAINERS.find((type) => MediaRecorder.isTypeSupported(type));
  return new MediaRecorder(stream, mimeType ? { mimeType } : {});
}

/** A file name for a recording made at `date`. */
export function fileName(type, date) {
  const two = (number) => String(number).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const ending = ENDINGS[type.split(";")[0]] ?? "audio";
  return [say("Recording"), day, `${two(date.getHours())}.${two(date.getMinutes())}.${ending}`].join(" ");
}

/** A meter that could not be built measures nothing, and recording goes on without it. */
const DEAF = { loudest: () => null, stop: () => {} };

/**
 * Measure how loud the microphone is until `stop` is called. `onLevel` hears a height from 0 to 1.
 * `loudest()` is the largest sample so far, or null where the browser measured nothing.
 */
export function watchLevel(stream, onLevel) {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 8192; // longer than the time between two looks, so that no sound is missed
  try {
    context.createMediaStreamSource(stream).connect(analyser);
  } catch {
    context.close(); // Firefox refuses a microphone whose rate is not that of the loudspeakers
    return DEAF;
  }
  const samples = new Float32Array(analyser.fftSize);
  let loudest = null;
  const timer = setInterval(() => {
    if (context.currentTime === 0) return;
    analyser.getFloatTimeDomainData(samples);
    loudest = Math.max(loudest ?? 0, peak(samples));
    onLevel(height(peak(samples.subarray(-2048))));
  }, LEVEL_EVERY_MS);
  return {
    loudest: () => loudest,
    stop: () => {
      clearInterval(timer);
      context.close();
    },
  };
}

function peak(samples) {
  return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
}

/** A peak on the scale of decibels, as ears hear it. */
function height(value) {
  const decibels = 20 * Math.log10(Math.max(value, 1e-6));
  return Math.min(1, Math.max(0, 1 - decibels / QUIETEST_DB));
}
