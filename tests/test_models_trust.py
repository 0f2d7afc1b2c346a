"""How far a model can be believed, as the models page tells it."""

import re
from html import unescape

import msgspec

from tests.fakes import card


def text(html):
    """What is written on a page, each run of space as one."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", html)))


def section(page, name):
    return page[page.index(f'id="{name}"') :].partition('<section class="model"')[0]


def test_it_says_whose_figures_these_are(client):
    page = client.get("/models").text
    assert "the same recipe was trained again without them" in text(page)
    assert "so of other weights than those that hear here" in text(section(page, "ann"))


def test_how_far_its_confidence_goes(client):
    told = text(section(client.get("/models").text, "ann"))
    for fact in (
        "4.3%. By so much, on average, how sure it is differs from how often it is right.",
        "Right on 76.0% of the 70% of clips that it is surest of",
        "In 70% of clips, those it is at least 50% sure of, and is right on 77.0% of them",
        "It says so of 5% of these clips",
    ):
        assert fact in told, fact
    assert "truth" not in told
    assert "lie" not in told.split()


def test_the_reliability_diagram_is_a_table_too(client):
    table = section(client.get("/models").text, "ann").partition('id="ann-sure"')[2]
    rows = re.findall(r'<th scope="row">(\d+%)</th><td>(\d+%)</td><td>(\d+)</td>', table)
    assert rows[0] == ("17%", "10%", "20")
    assert rows[-1] == ("97%", "100%", "20")
    assert len(rows) == 13, "empty bins are left out"


def test_worse_recordings_and_other_corpora_that_were_not_measured(client, recognizers):
    bare = msgspec.structs.replace(card("ann"), robustness=None, elsewhere=())
    recognizers["ann"].card = bare
    page = client.get("/models").text
    assert "Not measured for this model." in section(page, "ann")
    assert "Not measured for this model." not in section(page, "cnn_lstm")


def test_worse_recordings_and_other_corpora(client):
    page = section(client.get("/models").text, "ann")
    told = text(page)
    assert "104 clips of 24 speakers of RAVDESS, damaged in several ways" in told
    assert "trained without its speaker (seed 0)" in told
    cells = re.sub(r"\s*<[^>]+>\s*", " ", page)
    for row in (
        ("As they are", "61.0%"),
        ("20 dB quieter", "60.0%", "−1.0", "1%"),
        ("Hiss", "46.0%", "−15.0", "38%"),
    ):
        assert re.search(r"\s+".join(map(re.escape, row)), cells), row
    assert "these very weights, on corpora of which they never heard a clip" in told
    for fact in (
        "EMODB",
        "454 clips, 10 speakers, 4 emotions",
        "42.0%",
        "(47.0%)",
        "25.0%",
        "55%",
        "31%",
    ):
        assert fact in told, fact
    assert "robustness fake --corpus ravdess=DIR" in told
    assert "robustness fake --corpus emodb=DIR" in told
