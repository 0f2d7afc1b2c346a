"""The timeline of a recording: what it is drawn from, what it says, and its page."""

import re
from html import unescape

import pytest

from tests import traces
from tests.fakes import PROBABILITIES, TWINS, UNCLEAR
from tests.sounds import encode, voice
from webapp.pages.timeline import TALL, WIDE, timeline
from webapp.speech.emotions import Emotion

SHARES = {str(emotion): share for emotion, share in PROBABILITIES.items()}


def drawn(segments=traces.SIX_SECONDS, threshold=0.5):
    return timeline(segments, segments[-1]["end"], threshold)


def text(html):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", html)))


def rows(page):
    table = page[page.index('<table id="segments">') :]
    cells = re.findall(r"<tr data-start.*?</tr>", table, re.DOTALL)
    return [[text(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.S)] for row in cells]


def test_names_are_those_of_a_result():
    names = [(row.name, row.share, row.tone) for row in drawn().rows]
    assert names == [
        ("happy", 0.61, "happy"),
        ("no speech", None, "silence"),
        ("no clear emotion", None, "none"),
        ("neutral or calm", pytest.approx(0.59), "twins"),
    ]


@pytest.mark.parametrize("threshold", [0.6, None])
def test_neutral_and_calm_below_the_threshold(threshold):
    last = drawn(threshold=threshold).rows[-1]
    assert last.name == "no clear emotion"
    assert last.likeliest == (Emotion.NEUTRAL, 0.31)


def test_nothing_is_drawn_where_nobody_speaks():
    third, last = WIDE // 3, round(2.5 * WIDE / 6)
    found = drawn()
    pause = re.findall(r"M(\d+) 0H(\d+)", found.speech)
    assert pause[0] == ("0", str(third))
    assert pause[1][0] == str(last)
    assert dict(found.strips).keys() == {"happy", "none", "twins"}


def test_bands_step_from_segment_to_segment():
    bands = dict(drawn().bands)
    assert list(bands) == list(Emotion)
    assert bands[Emotion.HAPPY] == (f"M0 {TALL}H0V39H33333V100H41667V66H66667V95H{WIDE}V{TALL}Z")


def test_a_name_stands_where_it_has_room():
    assert [(round(place), name) for place, _, name in drawn().names] == [(17, "happy"), (83, "")]
    assert [faces for _, faces, _ in drawn().names] == ["😄", "😐😌"]
    assert not list(drawn(traces.many(500, 900.0)).names)


def test_recordings_without_speech_or_with_one_segment():
    assert drawn([traces.silent(0.0, 6.0)]).bands == []
    one = drawn([traces.spoken(0.0, 6.0, PROBABILITIES)])
    assert not one.is_mean(SHARES), "an answer of its own"


def test_a_mean_is_known():
    segments = traces.many(50, 90.0)
    assert drawn(segments).is_mean(traces.mean(segments))
    assert not drawn(segments).is_mean(SHARES)


@pytest.fixture
def address(app, wav):
    return traces.logged(app, traces.SIX_SECONDS, wav, shares=SHARES)


def test_the_table_says_what_was_heard(client, address):
    assert rows(client.get(address).text) == [
        ["0:00.0", "0:02.0", "😄 Happy", "61%"],
        ["0:02.0", "0:02.5", "No speech", ""],
        [
            "0:02.5",
            "0:04.0",
            "No clear emotion (likeliest happy 34%), unlike anything in training",
            "",
        ],
        ["0:04.0", "0:06.0", "😐😌 Neutral or calm", "59%"],
    ]


def test_without_javascript_a_time_begins_the_player_there(client, address):
    (link,) = re.findall(r'href="([^"]*t=2.5[^"]*)"', client.get(address).text)
    assert link == f"{address}?t=2.5#sounds-title"
    assert f'src="{address}/audio#t=2.5"' in client.get(link).text
    for nonsense in ("?t=", "?t=x%22", "?t=1e"):
        assert f'src="{address}/audio"' in client.get(address + nonsense).text


def test_programs_get_the_segments(client, address, visitor, wav):
    assert client.get(f"{address}.json").json["segments"] == list(traces.SIX_SECONDS)
    assert "segments" not in client.get(f"{visitor.sent(wav)}.json").json


def test_an_answer_for_the_whole_is_told_as_ever(client, address):
    page = text(client.get(address).text)
    assert "it was right about 7 times in 10" in page
    assert "This is the mean" not in page


def test_a_mean_is_told_as_one(app, client, wav):
    page = text(client.get(traces.logged(app, traces.many(100, 300.0), wav)).text)
    assert re.search(r"This is the mean over 4 min \d+ s of speech, in 86 segments", page)
    assert "has not been measured" in page
    assert "That is of single clips, not of a mean over many." in page
    for claim in ("Of clips where", "times in 10."):
        assert claim not in page, claim


def test_no_picture_of_a_long_recording_is_made_in_a_request(app, client):
    address = traces.logged(app, traces.many(100, 3600.0), b"RIFF, but no sound")
    drawing = client.get(f"{address}/peaks.json").json
    assert drawing["seconds"] == 3600.0
    assert max(drawing["highs"]) == -min(drawing["lows"]) == drawing["full"]
    assert len(drawing["highs"]) == len(drawing["lows"]) == 16_000
    assert client.get(f"{address}/spectrogram.png").data == traces.spectrogram()
    assert client.get(f"{address}/waveform.svg").text.count("M") == 240


def test_a_long_recording_without_pictures_has_none(app, client, wav):
    address = traces.logged(app, traces.many(100, 3600.0), wav, pictures=False)
    for picture in ("peaks.json", "waveform.svg", "spectrogram.png"):
        assert client.get(f"{address}/{picture}").status_code == 404
    assert len(rows(client.get(address).text)) == 100


def test_a_clip_without_a_timeline_is_drawn_from_its_sound(visitor, client):
    address = visitor.sent(encode("wav-16", voice(1.0, peak=0.01)))
    assert "timeline" not in client.get(address).text
    drawing = client.get(f"{address}/peaks.json").json
    assert len(drawing["highs"]) == 4000
    assert max(*drawing["highs"], *(-low for low in drawing["lows"])) == drawing["full"]


def test_the_timeline_outlives_its_audio(app, client):
    address = traces.logged(app, traces.SIX_SECONDS, None, shares=SHARES)
    page = client.get(address).text
    assert len(rows(page)) == 4
    assert "<audio" not in page
    assert "?t=" not in page
    assert client.get(f"{address}/peaks.json").status_code == 404


def test_two_hours_stay_a_page_of_sane_size(app, client, wav):
    page = client.get(traces.logged(app, traces.many(2500, 7200.0), wav)).text
    assert len(page) < 1_000_000


@pytest.mark.parametrize("shares", [UNCLEAR, TWINS])
def test_the_drawing_is_told_to_readers_of_the_page(app, client, wav, shares):
    segments = [traces.spoken(0.0, 3.0, shares), traces.silent(3.0, 6.0)]
    page = client.get(traces.logged(app, segments, wav)).text
    assert 'role="img" aria-label="Emotions over time.' in page
