// In the browser's own thread for sound: hands on what the microphone hears, as one channel.

const PIECE = 2048; // samples; a twentieth of a second

class Capture extends AudioWorkletProcessor {
  #piece = new Float32Array(PIECE);
  #filled = 0;

  /** A block of each channel; there is none while the microphone gives nothing. */
  process([channels]) {
    const length = channels[0]?.length ?? 0;
    for (let place = 0; place < length; place += 1) {
      let sum = 0;
      for (const channel of channels) sum += channel[place];
      this.#piece[this.#filled] = sum / channels.length;
      this.#filled += 1;
      if (this.#filled === PIECE) this.#handOn();
    }
    return true;
  }

  #handOn() {
    this.port.postMessage(this.#piece, [this.#piece.buffer]);
    this.#piece = new Float32Array(PIECE);
    this.#filled = 0;
  }
}

registerProcessor("capture", Capture);
