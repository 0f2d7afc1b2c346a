// The upload page: drag and drop, a progress bar, and problems told in place.

import { ConnectionLost, send, showProblem, showProgress } from "./send.js";

const LOST = "The connection was lost before the file arrived. Your choice is still here: try again.";

const form = document.getElementById("upload");
const input = document.getElementById("audio");
const drop = document.getElementById("drop");
const chosen = document.getElementById("chosen");
const problem = document.getElementById("problem");
const sending = document.getElementById("sending");
const button = form.querySelector("[type=submit]");

function sizeInWords(bytes) {
  if (bytes < 2 ** 10) return `${bytes} bytes`;
  if (bytes < 2 ** 20) return `${Math.round(bytes / 2 ** 10)} kB`;
  return `${Number((bytes / 2 ** 20).toFixed(1))} MB`;
}

/** What is wrong with the chosen file, as far as can be told before sending it. */
function complaint(file) {
  const limit = Number(form.dataset.maxBytes);
  if (!file) return "Choose a file first.";
  if (file.size <= limit) return "";
  return `This file has ${sizeInWords(file.size)}, and ${sizeInWords(limit)} is the most. Choose a shorter recording, or a compressed one such as MP3.`;
}

function showChosen() {
  const file = input.files[0];
  chosen.hidden = !file;
  chosen.textContent = file ? `${file.name} (${sizeInWords(file.size)})` : "";
}

function choose() {
  showChosen();
  showProblem(problem, complaint(input.files[0]));
}

function take(files) {
  if (files.length === 0) return;
  const one = new DataTransfer();
  one.items.add(files[0]);
  input.files = one.files;
  choose();
}

function showSending(busy) {
  sending.hidden = !busy;
  button.disabled = busy;
  input.disabled = busy;
}

async function submit(event) {
  event.preventDefault();
  const sentence = complaint(input.files[0]);
  showProblem(problem, sentence);
  if (sentence) return;
  const data = new FormData(form); // read before the input is disabled, which would leave it out
  showSending(true);
  try {
    location.assign(await send(form, data, report));
  } catch (error) {
    showSending(false);
    showProblem(problem, error instanceof ConnectionLost ? LOST : error.message);
    button.focus({ preventScroll: true });
  }
}

function report(share) {
  showProgress(document.getElementById("progress"), document.getElementById("status"), share);
}

/** A file dropped beside the zone would otherwise replace the page. */
function listenForDrops() {
  const over = (yes) => drop.classList.toggle("over", yes);
  addEventListener("dragover", (event) => {
    event.preventDefault();
    over(true);
  });
  addEventListener("dragleave", (event) => event.relatedTarget ?? over(false));
  addEventListener("drop", (event) => {
    event.preventDefault();
    over(false);
    if (!input.disabled) take(event.dataTransfer.files);
  });
}

drop.classList.add("whole");
form.noValidate = true; // problems are told in the page's own words
form.addEventListener("submit", submit);
input.addEventListener("change", choose);
addEventListener("pageshow", () => {
  showSending(false);
  showChosen();
});
listenForDrops();
