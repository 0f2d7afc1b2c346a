"""The sound that the live page sends: at one rate, whatever the microphone's."""

import pytest

SINES = """async ([from, hertz]) => {
  const { Resampler } = await import("/static/live_resampler.js");
  const resampler = new Resampler(from, 16000);
  const made = [];
  for (let first = 0; first < from; first += 2048) {
    const length = Math.min(2048, from - first);
    const turn = (2 * Math.PI * hertz) / from;
    const wave = Float32Array.from({ length }, (_, n) => Math.sin(turn * (first + n)));
    made.push(...resampler.push(wave));
  }
  const middle = made.slice(4000, 12000); // whole periods of whole numbers of hertz
  const turn = (Math.PI * hertz) / 8000;
  const sum = (wave) => middle.reduce((total, sample, n) => total + sample * wave(turn * n), 0);
  return { length: made.length, peak: Math.max(...middle.map(Math.abs)),
           strength: Math.hypot(sum(Math.sin), sum(Math.cos)) / 4000 };
}"""


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000, 16_000, 8_000])
def test_sound_is_brought_to_one_rate(browser, visit, rate):
    page = visit(browser, "/live")
    heard = page.evaluate(SINES, [rate, 1_000])
    assert heard["length"] == pytest.approx(16_000, abs=150)
    assert heard["strength"] == pytest.approx(1, abs=0.01)
    assert heard["peak"] < 1.01


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
def test_what_no_sample_can_hold_is_taken_out(browser, visit, rate):
    page = visit(browser, "/live")
    for hertz in (9_000, 12_000, 15_000):
        assert page.evaluate(SINES, [rate, hertz])["peak"] < 0.003
