// The page of a job: asks about once a second how far it is, until it is at its end.

import { ask, ConnectionLost } from "./send.js";
import { tell } from "./states.js";

const EVERY_MS = 1000;

const job = document.getElementById("job");
const lost = document.getElementById("lost");

/** Show how far it is; whether there is more to ask, and not another page to go to. */
function show(told) {
  lost.hidden = true;
  if (told.state === "done") return location.replace(told.location);
  if (told.state !== job.dataset.state) return location.reload(); // other buttons, other words
  document.getElementById("share").value = told.share;
  tell(document.getElementById("words"), told.words);
  return true;
}

/** A server that restarts is away for a while; that is no reason to give up. */
async function watch() {
  try {
    if (!document.hidden && !show(await ask(location.href))) return;
  } catch (error) {
    if (!(error instanceof ConnectionLost)) return location.reload(); // deleted, or logged out
    lost.hidden = false;
  }
  setTimeout(watch, EVERY_MS);
}

setTimeout(watch, EVERY_MS);
