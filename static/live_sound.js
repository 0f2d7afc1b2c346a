// The sound of the last two minutes: captured, brought to one rate, kept in this page alone.

import { Resampler } from "./live_resampler.js";

export const RATE = 16_000; // what the server is given, whatever the microphone's own rate
export const SECONDS = 120;

/** The last samples, 16-bit. Places count from the first sample that ever came. */
export class Memory {
  #ring = new Int16Array(RATE * SECONDS);
  total = 0;

  push(samples) {
    for (const sample of samples) {
      const value = Math.max(-1, Math.min(1, sample));
      this.#ring[this.total % this.#ring.length] = Math.round(value * 32_767);
      this.total += 1;
    }
  }

  clear() {
    this.total = 0;
  }

  /** How many seconds are there. */
  get seconds() {
    return Math.min(this.total, this.#ring.length) / RATE;
  }

  /** The samples from a place to another, as far as they are still there. */
  cut(from, until) {
    const first = Math.max(from, this.total - this.#ring.length, 0);
    const size = this.#ring.length;
    return Int16Array.from({ length: Math.max(0, until - first) }, (_, index) => this.#ring[(first + index) % size]);
  }
}

/** Fill `memory` from a microphone until `stop` is called; `onPeak` hears each piece's largest sample. */
export async function capture(stream, memory, onPeak) {
  const [context, source] = connect(stream);
  try {
    await context.audioWorklet.addModule(new URL("live_worklet.js", import.meta.url));
    await context.resume();
  } catch (error) {
    context.close();
    throw error;
  }
  const node = new AudioWorkletNode(context, "capture", { numberOfOutputs: 0 });
  const resampler = new Resampler(context.sampleRate, RATE);
  node.port.onmessage = ({ data }) => {
    onPeak(data.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0));
    memory.push(resampler.push(data));
  };
  source.connect(node);
  return {
    stop: () => {
      node.port.onmessage = null;
      context.close();
    },
  };
}

/** A context of the loudspeakers' rate; of the microphone's where Firefox insists on one rate. */
function connect(stream) {
  let context = new AudioContext();
  try {
    return [context, context.createMediaStreamSource(stream)];
  } catch {
    context.close();
    context = new AudioContext({ sampleRate: stream.getAudioTracks()[0].getSettings().sampleRate });
    return [context, context.createMediaStreamSource(stream)];
  }
}

/** Samples as a WAV file. */
export function wav(samples) {
  const head = new DataView(new ArrayBuffer(44));
  const text = (place, letters) => [...letters].forEach((one, index) => head.setUint8(place + index, one.charCodeAt(0)));
  text(0, "RIFF");
  head.setUint32(4, 36 + samples.byteLength, true);
  text(8, "WAVEfmt ");
  head.setUint32(16, 16, true);
  head.setUint16(20, 1, true); // plain samples
  head.setUint16(22, 1, true); // one channel
  head.setUint32(24, RATE, true);
  head.setUint32(28, 2 * RATE, true);
  head.setUint16(32, 2, true);
  head.setUint16(34, 16, true);
  text(36, "data");
  head.setUint32(40, samples.byteLength, true);
  return new Blob([head, samples], { type: "audio/wav" });
}
