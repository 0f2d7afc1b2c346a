// The trace of the last two minutes: a lane an emotion, one for silence, the newest at the right.
// Names stand beside the lanes, so that no colour has to be told from another.

const SECONDS = 120;
const WIDTH = 1200;
const LANE = 40;
const BAR = 32; // of a lane, for a probability of 1
const FAINT = 0.03; // less is not drawn
const SILENCE = 6;

/** Draw spans of what was heard until now; `lanes` are the emotions from top to bottom. */
export function draw(svg, spans, until, lanes) {
  const place = (moment) => WIDTH * (1 - (until - moment) / SECONDS);
  const bars = spans.flatMap((span) => {
    const from = Math.max(0, place(span.from));
    const wide = place(span.to) - from;
    if (!span.speech) return [bar(from, wide, lanes.length, SILENCE, "silence")];
    return lanes.flatMap((emotion, lane) => {
      const share = span.voice?.probabilities[emotion] ?? 0;
      if (share < FAINT) return [];
      const heard = span.voice.emotions.includes(emotion) ? " heard" : "";
      return [bar(from, wide, lane, share * BAR, `tone-${emotion}${heard}`)];
    });
  });
  svg.replaceChildren(...bars);
}

function bar(from, wide, lane, tall, name) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  const top = lane * LANE + (LANE - tall) / 2;
  const sides = { x: from, y: top, width: Math.max(wide, 0), height: tall };
  for (const [side, value] of Object.entries(sides)) made.setAttribute(side, value.toFixed(1));
  made.setAttribute("class", name);
  return made;
}
