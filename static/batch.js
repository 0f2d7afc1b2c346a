// The page of a batch: sends what is still to come, and shows how far everything is.

import { Sending } from "./batch_sending.js";
import { keep, kept, letGo, sweep } from "./batch_store.js";
import { belonging, fromField, offerFolder } from "./chosen_files.js";
import { ConnectionLost, ask, showProblem } from "./send.js";
import { tell } from "./states.js";
import { number, say } from "./words.js";

const POLL_MILLISECONDS = 1000;
const SAID = { awaited: say("Still to come"), waiting: say("Waiting"), running: say("Listening…") };
const PARTS = ["faces", "words", "said", "confidence", "length", "remarks"];
const LOST = say("The connection was lost. Nothing is lost with it: this page tries again by itself.");

/** Bring the page of a batch to life; `chosen` are the files just chosen for it, by job. */
export function openBatch(chosen = new Map()) {
  const page = new BatchPage(document.getElementById("batch"));
  page.watch();
  page.send(chosen);
}

class BatchPage {
  constructor(root) {
    this.id = root.dataset.batch;
    this.address = root.dataset.address;
    this.open = Number(root.dataset.open);
    this.after = Number(root.dataset.after); // what the page knows of the log
    this.rows = new Map([...root.querySelectorAll("tr[data-job]")].map((row) => [row.dataset.job, row]));
    this.unkept = new Set(); // files that only this page has
    this.missing = new Set(); // jobs whose files nobody has
    this.sending = new Sending(
      document.getElementById("token"),
      (job) => `${this.address}/files/${job}`,
      this,
    );
    document.getElementById("missing").hidden = true; // until it is known that nobody has them
    this.#listen();
  }

  // Sending

  /** Send what is chosen, or was kept; one page at a time does, the next takes over when it goes. */
  send(chosen) {
    if (chosen.size === 0 && this.open === 0) return;
    for (const job of chosen.keys()) this.unkept.add(job);
    const hold = async () => {
      const files = chosen.size ? chosen : await kept(this.id);
      const awaited = await this.#awaited();
      this.#take(new Map(awaited.filter((job) => files.has(job)).map((job) => [job, files.get(job)])));
      this.#miss(awaited.filter((job) => !files.has(job)));
      return new Promise(() => {}); // as long as the page is there
    };
    if (navigator.locks) navigator.locks.request(`tonelog-batch-${this.id}`, hold);
    else hold();
    sweep();
  }

  /** Jobs whose file is still to come, by what the server says now. */
  async #awaited() {
    try {
      const { states } = await this.#ask();
      return Object.keys(states).filter((job) => states[job] === "awaited");
    } catch {
      return [...this.rows.keys()].filter((job) => this.rows.get(job).dataset.state === "awaited");
    }
  }

  #take(files) {
    this.sending.add(files);
    this.#keep(files);
    this.watch();
  }

  async #keep(files) {
    for (const [job, file] of files) {
      if (this.rows.get(job)?.dataset.sent) this.unkept.delete(job);
      else if (await keep(this.id, job, file)) this.#kept(job);
    }
  }

  #kept(job) {
    this.unkept.delete(job);
    if (this.rows.get(job)?.dataset.sent) letGo(this.id, job); // it arrived meanwhile
  }

  #miss(jobs) {
    for (const job of jobs) this.missing.add(job);
    const place = document.getElementById("missing");
    place.hidden = this.missing.size === 0;
    const many = say("%(files)s files are still to come", { files: number(this.missing.size) });
    document.getElementById("missing-title").textContent = this.missing.size === 1 ? say("One file is still to come") : many;
  }

  #chooseAgain(files) {
    const found = belonging(files, [...this.missing].map((job) => this.rows.get(job)));
    const none = say("None of these files is awaited here. They are known by their names and sizes.");
    showProblem(document.getElementById("problem"), found.size ? "" : none);
    for (const job of found.keys()) {
      this.missing.delete(job);
      this.unkept.add(job);
    }
    this.#miss([]);
    this.#take(found);
  }

  // What Sending tells

  progress(job, share) {
    this.#show(job, share < 1 ? say("Sending…") : say("Arriving…"), share);
  }

  arrived(job) {
    this.rows.get(job).dataset.sent = "yes";
    this.unkept.delete(job);
    letGo(this.id, job);
    this.#show(job, say("Waiting"), null);
  }

  gone(job) {
    letGo(this.id, job);
    this.#show(job, say("It is no longer where it was chosen."), null);
    this.#miss([job]);
  }

  lost(seconds) {
    this.#tell([LOST, say("Next time in %(seconds)s s.", { seconds: number(seconds) })].join(" "));
  }

  found() {
    this.#tell("");
  }

  refused(sentence) {
    showProblem(document.getElementById("problem"), [sentence, say("Nothing more is sent; reload the page to go on.")].join(" "));
  }

  #show(job, said, share) {
    const row = this.rows.get(job);
    part(row, "said").textContent = said;
    part(row, "bar").hidden = share === null;
    if (share !== null) part(row, "bar").value = share;
  }

  // Watching

  /** Ask how far it is until all of it has ended. */
  async watch() {
    if (this.watching) return;
    this.watching = true;
    while (this.watching) {
      await this.#look();
      if (this.open > 0) await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
      else this.watching = false;
    }
  }

  async #look() {
    try {
      this.#fill(await this.#ask());
    } catch (error) {
      if (error instanceof ConnectionLost) return this.#tell(LOST);
      if (error.status === 404) letGo(this.id);
      if (error.status >= 500 || error.status === 429) return;
      this.sending.stop();
      this.watching = false;
      showProblem(document.getElementById("problem"), error.message);
    }
  }

  #ask() {
    return ask(`${this.address}/progress?after=${this.after}`);
  }

  #fill(told) {
    this.open = told.open;
    this.after = told.after;
    for (const [job, state] of Object.entries(told.states)) this.#fillState(job, state, told.shares[job]);
    for (const row of told.rows) this.#fillRow(this.rows.get(row.id), row);
    if (this.#missed(told.states)) this.after = 0;
    this.#fillBars();
    document.getElementById("told").textContent = told.told;
    document.getElementById("overall").value = told.files - told.open;
    document.getElementById("idle").hidden = told.worker || told.queued === 0;
    for (const id of ["overall", "cancel"]) document.getElementById(id).hidden = told.open === 0;
    document.getElementById("again").hidden = told.again === 0;
  }

  /** A job that is not at its end. */
  #fillState(job, state, share) {
    const row = this.rows.get(job);
    if (!row || !SAID[state] || (row.dataset.state === state && share === undefined)) return;
    row.dataset.state = state;
    this.#show(job, SAID[state], share ?? null);
  }

  /** A job that is at its end. */
  #fillRow(row, told) {
    if (!row || row.dataset.state === told.state) return;
    row.dataset.state = told.state;
    row.className = `tone-${told.tone}`;
    for (const name of PARTS) part(row, name).textContent = told[name];
    part(row, "link").hidden = !told.words;
    part(row, "bar").hidden = true;
    part(row, "again").hidden = !told.again;
  }

  /** Whether a result is not shown: its place in the log had been that of a deleted one. */
  #missed(states) {
    return Object.keys(states).some((job) => states[job] === "done" && this.rows.get(job)?.dataset.state !== "done");
  }

  #fillBars() {
    const heard = [...this.rows.values()].filter((row) => row.dataset.state === "done");
    const bars = [...document.querySelectorAll("[data-bar]")];
    const counts = bars.map((bar) => heard.filter((row) => row.className === bar.className).length);
    const longest = Math.max(1, ...counts);
    bars.forEach((bar, place) => {
      part(bar, "count").textContent = number(counts[place]);
      bar.querySelector(".bar-fill").setAttribute("width", `${(100 * counts[place]) / longest}%`);
    });
    document.getElementById("bars").hidden = heard.length === 0;
  }

  #tell(words) {
    tell(document.getElementById("status"), words);
  }

  #listen() {
    const take = (files) => this.#chooseAgain(files);
    const field = document.getElementById("missing-files");
    field.addEventListener("change", () => take(fromField(field)));
    offerFolder(document.getElementById("missing-folder"), take);
    for (const form of document.querySelectorAll("form[data-forgets]")) {
      form.addEventListener("submit", () => {
        this.sending.stop();
        this.unkept.clear();
        letGo(this.id);
      });
    }
    addEventListener("beforeunload", (event) => {
      if (this.unkept.size) event.preventDefault(); // the browser asks whether to leave
    });
  }
}

function part(row, name) {
  return row.querySelector(`[data-part=${name}]`);
}

if (document.getElementById("batch")) openBatch();
