// Sending a form in place, so that what was chosen or recorded stays when something goes wrong.

/** The request never got an answer: the network or the server is away. */
export class ConnectionLost extends Error {}

/**
 * Post `data` where `form` points and give back the address of the result.
 * `onProgress` hears the share sent, 0 to 1. Fails with `ConnectionLost`, or with an `Error` whose
 * message is the server's sentence.
 */
export function send(form, data, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", form.getAttribute("action"));
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

function settle(request, resolve, reject) {
  const answer = read(request.responseText);
  if (request.status < 300 && answer?.location) resolve(answer.location);
  else reject(new Error(answer?.error?.sentence ?? strange(request.status)));
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function strange(status) {
  return `The server gave an answer that can’t be read (status ${status}). Try again in a moment.`;
}

/** Show how far sending is, in a progress bar and in words. */
export function showProgress(bar, status, share) {
  if (share < 1) bar.value = share;
  else bar.removeAttribute("value"); // how long listening takes is not known
  const words = share < 1 ? "Sending…" : "Listening…";
  if (status.textContent !== words) status.textContent = words; // each change is read out
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
