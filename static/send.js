// Sending a form in place, so that what was chosen or recorded stays when something goes wrong.

import { tell } from "./states.js";
import { say } from "./words.js";

/** The request never got an answer: the network or the server is away. */
export class ConnectionLost extends Error {}

/**
 * Post `data` where `form` points and give back the address of the result.
 * `onProgress` hears the share sent, 0 to 1. Fails with `ConnectionLost`, or with `Refused`.
 */
export async function send(form, data, onProgress) {
  const answer = await sendTo(form.getAttribute("action"), data, onProgress);
  return answer.location;
}

/** Post `data` and give back the answer; otherwise like `send`. */
export function sendTo(address, data, onProgress = () => {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    request.upload.addEventListener("load", () => onProgress(1));
    request.addEventListener("load", () => settle(request, resolve, reject));
    request.addEventListener("error", () => reject(new ConnectionLost()));
    request.addEventListener("abort", () => reject(new ConnectionLost()));
    onProgress(0);
    request.send(data);
  });
}

/** What stands at an address, as JSON. Fails with `ConnectionLost` or with `Refused`. */
export async function ask(address, options = {}) {
  const [response, text] = await answered(address, "application/json", options);
  const answer = read(text);
  if (response.ok && answer) return answer;
  throw refusal(response.status, answer, response.headers.get("Retry-After"));
}

/** The page at an address. Fails with `ConnectionLost` or with `Refused`. */
export async function askForPage(address) {
  const [response, text] = await answered(address, "text/html");
  if (!response.ok) throw refusal(response.status);
  return new DOMParser().parseFromString(text, "text/html");
}

async function answered(address, kind, { headers, ...options } = {}) {
  try {
    const response = await fetch(address, { ...options, headers: { Accept: kind, ...headers } });
    return [response, await response.text()];
  } catch {
    throw new ConnectionLost();
  }
}

/** The server said no: its status, its sentence, and the seconds after which to ask again, or 0. */
export class Refused extends Error {
  constructor(status, sentence, seconds) {
    super(sentence);
    Object.assign(this, { status, seconds });
  }
}

/**
 * Post samples, proven by the token of the page's form, and give back the answer. `signal` ends it.
 * Fails with `ConnectionLost` or with `Refused`.
 */
export function post(address, token, samples, signal) {
  const headers = { "Content-Type": "application/octet-stream", "X-CSRFToken": token };
  return ask(address, { method: "POST", body: samples, headers, signal });
}

function settle(request, resolve, reject) {
  const answer = read(request.responseText);
  if (request.status < 300 && answer) resolve(answer);
  else reject(refusal(request.status, answer, request.getResponseHeader("Retry-After")));
}

function refusal(status, answer, seconds) {
  return new Refused(status, answer?.error?.sentence ?? strange(status), Number(seconds) || 0);
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function strange(status) {
  return say("The server gave an answer that can’t be read (status %(status)s). Try again in a moment.", { status });
}

/** Show how far sending is, in a progress bar and in words. */
export function showProgress(bar, status, share) {
  if (share < 1) bar.value = share;
  else bar.removeAttribute("value"); // how long listening takes is not known
  tell(status, share < 1 ? say("Sending…") : say("Listening…"));
}

/** Show a problem in place, as the server's pages do; without a sentence, take the last one away. */
export function showProblem(place, sentence) {
  place.replaceChildren();
  if (!sentence) return;
  const note = document.createElement("p");
  note.className = "note note-problem";
  note.setAttribute("role", "alert");
  note.textContent = sentence;
  place.append(note);
  note.scrollIntoView({ block: "nearest" });
}
