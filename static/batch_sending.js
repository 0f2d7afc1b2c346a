// Sends the files of a batch, a few at a time, each until it has arrived.

import { ConnectionLost, sendTo } from "./send.js";

const AT_ONCE = 3;
const LONGEST_PAUSE = 30;
const PASSING = [429, 502, 503, 504];

/** A file that can no longer be read where it was chosen. */
class Gone extends Error {}

/**
 * `form` has the token, `addressOf(job)` is where a file goes. `told` hears what happens:
 * `progress(job, share)`, `arrived(job)`, `gone(job)`, `lost(seconds)`, `found()`, `refused(sentence)`.
 */
export class Sending {
  constructor(form, addressOf, told) {
    Object.assign(this, { form, addressOf, told });
    this.files = new Map();
    this.underway = 0;
    this.stopped = false;
  }

  /** Send these files, too: of each its job and the file. */
  add(files) {
    for (const [job, file] of files) this.files.set(job, file);
    while (this.underway < Math.min(AT_ONCE, this.underway + this.files.size)) this.#go();
  }

  /** Send nothing more; what is just being sent is not waited for. */
  stop() {
    this.stopped = true;
    this.files.clear();
  }

  async #go() {
    this.underway += 1;
    while (this.files.size) {
      const [[job, file]] = this.files;
      this.files.delete(job);
      await this.#deliver(job, file);
    }
    this.underway -= 1;
  }

  async #deliver(job, file) {
    for (let pause = 1; !this.stopped; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      try {
        await this.#send(job, file);
        this.told.found();
        return this.told.arrived(job);
      } catch (error) {
        if (error instanceof Gone) return this.told.gone(job);
        if (!passes(error)) return this.#refused(error);
        const seconds = Math.max(error.seconds ?? 0, pause);
        this.told.lost(seconds);
        await rest(seconds);
      }
    }
  }

  async #send(job, file) {
    await file.slice(0, 1).arrayBuffer().catch(() => {
      throw new Gone();
    });
    const data = new FormData(this.form);
    data.append("audio", file, file.name);
    return sendTo(this.addressOf(job), data, (share) => this.told.progress(job, share));
  }

  #refused(error) {
    if (this.stopped) return; // one sentence for all
    this.stop();
    this.told.refused(error.message);
  }
}

/** Whether it may go better in a while. */
function passes(error) {
  return error instanceof ConnectionLost || PASSING.includes(error.status);
}

/** Some seconds, or until the browser is online again. */
function rest(seconds) {
  return new Promise((resolve) => {
    const timer = setTimeout(done, 1000 * seconds);
    addEventListener("online", done);
    function done() {
      clearTimeout(timer);
      removeEventListener("online", done);
      resolve();
    }
  });
}
