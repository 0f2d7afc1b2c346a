// The upload page: drag and drop, a progress bar, and problems told in place.

import { openBatch } from "./batch.js";
import { fromDrop, fromField, offerFolder, sizeInWords } from "./chosen_files.js";
import { ConnectionLost, askForPage, send, sendTo, showProblem, showProgress } from "./send.js";
import { number, say } from "./words.js";

const LOST = say("The connection was lost before the file arrived. Your choice is still here: try again.");

const form = document.getElementById("upload");
const input = document.getElementById("audio");
const drop = document.getElementById("drop");
const chosen = document.getElementById("chosen");
const problem = document.getElementById("problem");
const sending = document.getElementById("sending");
const button = form.querySelector("[type=submit]");
const folder = document.getElementById("folder");

/** What is to be sent: of each file its name, with its folder if it has one, and the file. */
let picked = [];

/** What is wrong with what was chosen, as far as can be told before sending it. */
function complaint() {
  const most = Number(form.dataset.maxFiles);
  const limit = Number(form.dataset.maxBytes);
  if (picked.length === 0) return say("Choose a file first.");
  if (picked.length > most) return tooMany(most);
  if (picked.length > 1 || picked[0].file.size <= limit) return "";
  const sizes = { size: sizeInWords(picked[0].file.size), most: sizeInWords(limit) };
  return say("This file has %(size)s, and %(most)s is the most. Choose a shorter recording, or a compressed one such as MP3.", sizes);
}

function tooMany(most) {
  const files = { files: number(picked.length), most: number(most) };
  return say("These are %(files)s files, and %(most)s is the most that can be sent together. Send them in several parts.", files);
}

function showChosen() {
  const sizes = picked.reduce((sum, { file }) => sum + file.size, 0);
  const what = picked.length === 1 ? picked[0].name : say("%(files)s files", { files: number(picked.length) });
  chosen.hidden = picked.length === 0;
  chosen.textContent = picked.length ? `${what} (${sizeInWords(sizes)})` : "";
}

function take(files) {
  if (files.length === 0) return showProblem(problem, say("There is no recording in what was chosen."));
  picked = files;
  showChosen();
  showProblem(problem, complaint());
}

function showSending(busy) {
  sending.hidden = !busy;
  for (const control of [button, input, folder]) control.disabled = busy;
}

async function submit(event) {
  event.preventDefault();
  const sentence = complaint();
  showProblem(problem, sentence);
  if (sentence) return;
  const data = new FormData(form); // read before the input is disabled, which would leave it out
  showSending(true);
  try {
    if (picked.length > 1) return await sendMany(data);
    data.set("audio", picked[0].file, picked[0].file.name);
    location.assign(await send(form, data, report));
  } catch (error) {
    showSending(false);
    showProblem(problem, error instanceof ConnectionLost ? LOST : error.message);
    button.focus({ preventScroll: true });
  }
}

/** Announce a batch, then become its page: it has the files in hand and begins to send them. */
async function sendMany(data) {
  data.delete("audio");
  data.set("files", JSON.stringify(picked.map(({ name, file }) => ({ name, size: file.size }))));
  const batch = await sendTo(form.dataset.batches, data);
  const page = await askForPage(batch.location);
  history.pushState(null, "", batch.location);
  addEventListener("popstate", () => location.reload());
  document.title = page.title;
  document.querySelector("main").replaceWith(page.querySelector("main"));
  openBatch(new Map(batch.files.map((job, place) => [job, picked[place].file])));
  document.querySelector("main").focus();
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
    if (!input.disabled) fromDrop(event.dataTransfer).then(take);
  });
}

drop.classList.add("whole");
form.noValidate = true; // problems are told in the page's own words
form.addEventListener("submit", submit);
input.addEventListener("change", () => {
  picked = fromField(input);
  showChosen();
  showProblem(problem, complaint());
});
offerFolder(folder, take);
addEventListener("pageshow", () => {
  showSending(false);
  if (input.files.length) picked = fromField(input); // what the browser remembers of a page
  showChosen();
});
listenForDrops();
