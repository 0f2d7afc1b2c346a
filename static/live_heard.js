// What was heard so far, put together from the answers, each of which knows a few seconds only.
// All moments are seconds of sound since listening began.

import { say } from "./words.js";

const REMEMBERED = 120;
const SILENT_AFTER = 3; // seconds without speech after which the last emotion is no longer shown as now
const LATER = 0.15; // seconds by which two answers about the same speech may differ
const ROW = 4; // what has lasted so long gets another row when it changes

export class Heard {
  spans = []; // {from, to, speech, voice}: one after the other; where nobody listened, none
  rows = []; // {from, to, voice}: stretches of speech, the newest last
  until = 0;
  #speaking = false;

  /** An answer about the sound from one moment to another. */
  take(from, until, { speech, stretch }) {
    const place = stretch && { ...stretch, from: until - stretch.began, to: until - stretch.ended };
    const voice = place?.emotion ? place : undefined; // without one, it is too short to tell yet
    this.#mark(Math.max(from, this.until), until, place, voice);
    if (voice) this.#write(voice);
    this.until = until;
    this.#speaking = speech;
    this.#forget();
  }

  /** What to show as now: somebody speaking, what was last heard, or silence. */
  get now() {
    const last = this.rows.at(-1);
    const ago = last ? this.until - last.to : Infinity;
    if (this.#speaking) return { state: "speaking", row: ago < LATER ? last : undefined };
    if (ago < SILENT_AFTER) return { state: "ended", row: last };
    return { state: "silence", row: last, ago };
  }

  /** The new seconds, divided into speech and silence. */
  #mark(from, until, place, voice) {
    const first = place ? clamp(place.from, from, until) : until;
    const last = place ? clamp(place.to, from, until) : until;
    this.#add(from, first);
    this.#add(first, last, true, voice);
    this.#add(last, until);
    for (const span of this.spans) {
      if (voice && span.speech && !span.voice && span.to > voice.from) span.voice = voice; // told by now
    }
  }

  #add(from, to, speech = false, voice = undefined) {
    if (to > from) this.spans.push({ from, to, speech, voice });
  }

  /** A stretch of speech goes on in its row until it sounds otherwise for long enough. */
  #write(voice) {
    const row = this.rows.at(-1);
    if (!row || voice.from > row.to) {
      this.rows.push({ from: voice.from, to: voice.to, voice });
    } else if (wordsOf(voice) !== wordsOf(row.voice) && voice.to - row.from > ROW && voice.to > row.to) {
      this.rows.push({ from: row.to, to: voice.to, voice });
    } else if (voice.to > row.to + LATER || voice.from <= row.voice.from + LATER) {
      Object.assign(row, { to: voice.to, voice });
    } // else it is what was heard before, with its beginning gone
  }

  #forget() {
    const oldest = this.until - REMEMBERED;
    this.spans = this.spans.filter((span) => span.to > oldest);
    this.rows = this.rows.filter((row) => row.to > oldest);
  }
}

/** What a voice sounds like, in words. */
export function wordsOf({ emotions }) {
  if (emotions.length === 0) return say("No clear emotion");
  const words = emotions.map((name) => say(name)).join(say(" or "));
  return words[0].toUpperCase() + words.slice(1);
}

function clamp(value, least, most) {
  return Math.min(most, Math.max(least, value));
}
