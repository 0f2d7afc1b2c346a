// What the pages with a microphone share: one state at a time, which decides what is shown.

/**
 * A function that brings `root` into a state, named in its data, and tells `status` its words.
 * `next` lists the states that may follow each; another one is a mistake of ours. The focus stays in
 * `root`, on what is there in the new state.
 */
export function machine(root, status, next, words) {
  return (state, said = words[state]) => {
    if (!next[root.dataset.state].includes(state)) throw new Error(`${root.dataset.state} to ${state}`);
    const focused = root.contains(document.activeElement);
    root.dataset.state = state;
    tell(status, said);
    if (focused) root.querySelector(`[data-first][data-in="${state}"]`)?.focus();
  };
}

/** Say something in a place whose every change is read out. */
export function tell(status, words = "") {
  if (status.textContent !== words) status.textContent = words;
}

/** Seconds as a clock shows them: 1:05. */
export function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
