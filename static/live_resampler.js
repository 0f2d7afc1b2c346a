// Sound at another rate, piece by piece: a windowed sinc, with the weights of each phase made once.

const CROSSINGS = 32; // zeros of the sinc on each side: more of them cut more sharply
const CUT = 0.93; // of the lower of both rates' highest frequency: what lies above is taken out

/** Brings a stream of samples from one rate to another; the pieces may be cut anywhere. */
export class Resampler {
  #step; // from one output sample to the next, in phases of an input sample
  #phases;
  #half;
  #weights;
  #ahead; // input that further output still needs
  #place = 0; // of the next output sample, counted in phases from the first of `ahead`

  constructor(from, to) {
    const common = divisor(from, to);
    this.#phases = to / common;
    this.#step = from / common;
    const cut = CUT * Math.min(1, to / from);
    this.#half = Math.ceil(CROSSINGS / cut);
    this.#ahead = new Float32Array(this.#half);
    this.#weights = Array.from({ length: this.#phases }, (_, phase) => weigh(phase / this.#phases, this.#half, cut));
  }

  /** The next samples at the one rate; those at the other that are certain by now. */
  push(samples) {
    const ahead = new Float32Array(this.#ahead.length + samples.length);
    ahead.set(this.#ahead);
    ahead.set(samples, this.#ahead.length);
    const needed = 2 * this.#half;
    const last = (ahead.length - needed) * this.#phases;
    const made = new Float32Array(Math.max(0, Math.ceil((last - this.#place) / this.#step)));
    for (let index = 0; index < made.length; index += 1) {
      const first = Math.floor(this.#place / this.#phases);
      made[index] = weighed(ahead, first, this.#weights[this.#place % this.#phases]);
      this.#place += this.#step;
    }
    const over = Math.min(Math.floor(this.#place / this.#phases), ahead.length);
    this.#place -= over * this.#phases;
    this.#ahead = ahead.slice(over);
    return made;
  }
}

function divisor(a, b) {
  return b === 0 ? a : divisor(b, a % b);
}

/** The weights of `2 * half` samples for what lies `offset` of a sample behind the middle one. */
function weigh(offset, half, cut) {
  const weights = Float32Array.from({ length: 2 * half }, (_, index) => {
    const away = index - half + 1 - offset;
    const turn = Math.PI * away * cut;
    const sinc = turn === 0 ? 1 : Math.sin(turn) / turn;
    return sinc * blackman(away / half);
  });
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

function blackman(share) {
  if (Math.abs(share) >= 1) return 0;
  return 0.42 + 0.5 * Math.cos(Math.PI * share) + 0.08 * Math.cos(2 * Math.PI * share);
}

function weighed(samples, first, weights) {
  let sum = 0;
  for (let index = 0; index < weights.length; index += 1) sum += samples[first + index] * weights[index];
  return sum;
}
