// The line to the server: one question after the other, about once a second, until it is put down.

import { ConnectionLost, Refused } from "./send.js";

const EVERY_MS = 1000;
const SLOWEST_MS = 4000;
const PATIENCE_MS = 5000; // an answer that takes longer tells of seconds that are long over
const QUICKER = 0.8; // after each answer, where the server had asked for patience

/**
 * Ask again and again, each time when the last question is answered and about a second is over.
 *
 * `ask(signal)` promises an answer. `tell.answer` hears it. Where the line is lost or the server
 * wants time, `tell.trouble` hears of it, and it is tried again after a growing pause. A refusal
 * that asking again can't change ends it, and `tell.refused` hears of it. Returns what puts it down.
 */
export function keepAsking(ask, tell) {
  const put = { down: false, wake: () => {} };
  talk(ask, tell, put);
  return () => {
    put.down = true;
    put.wake();
  };
}

async function talk(ask, tell, put) {
  let every = EVERY_MS;
  while (!put.down) {
    const begun = performance.now();
    try {
      const answer = await inTime(ask, put);
      if (put.down) return;
      every = Math.max(EVERY_MS, every * QUICKER);
      tell.answer(answer);
    } catch (error) {
      if (put.down) return;
      if (!isTrouble(error)) {
        tell.refused(error);
        return;
      }
      every = Math.min(SLOWEST_MS, Math.max(every * 2, 1000 * (error.seconds ?? 0)));
      tell.trouble(error);
    }
    await pause(begun + every - performance.now(), put);
  }
}

/** Whether asking again may help: nobody answered, the server failed, or it wants more time. */
function isTrouble(error) {
  return error instanceof ConnectionLost || (error instanceof Refused && (error.seconds > 0 || error.status >= 500));
}

async function inTime(ask, put) {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), PATIENCE_MS);
  put.wake = () => control.abort();
  try {
    return await ask(control.signal);
  } finally {
    clearTimeout(timer);
  }
}

function pause(milliseconds, put) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.max(0, milliseconds));
    put.wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}
