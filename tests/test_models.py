import hashlib
import re
from html import unescape

import msgspec
import pytest

from tests.fakes import FakeRecognizer, card, fake_recognizers, figures
from webapp.pages.models import Baseline, Model, advice
from webapp.speech.bundle import PICTURES, Before
from webapp.speech.emotions import Emotion

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"/>'


def made(name, uar=0.6, milliseconds=10.0, error=0.05, spread=0.0):
    """A card with figures of its own."""
    ours = msgspec.structs.replace(
        figures("speaker_5fold", uar),
        uars=(uar - spread, uar + spread),
        seeds=(0, 1),
        calibration_error=error,
    )
    return msgspec.structs.replace(
        card(name, f"Model {name}"), figures=ours, milliseconds=milliseconds
    )


def model(name, *, missing=None, size=None, **more):
    return Model(made(name, **more), missing, size)


@pytest.fixture
def drawn(settings, recognizers):
    """Its pictures and weights in the folder of one model, and only those of it."""
    folder = settings.bundles / "ann"
    folder.mkdir(parents=True)
    (folder / "model.tflite").write_bytes(bytes(3 * 2**20))
    sums = {}
    for name in PICTURES:
        (folder / name).write_bytes(SVG)
        sums[name] = hashlib.sha256(SVG).hexdigest()
    ann = recognizers["ann"]
    ann.card = msgspec.structs.replace(ann.card, checksums=sums)
    return folder


def text(html):
    """What is written on a page, each run of space as one."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", html)))


def section(page, name):
    return page[page.index(f'id="{name}"') :].partition('<section class="model"')[0]


def test_every_model_has_a_row_and_a_section(client, recognizers):
    page = client.get("/models").text
    for name, recognizer in recognizers.items():
        assert f'href="#{name}"' in page
        assert f'<section class="model" id="{name}"' in page
        assert recognizer.card.title in section(page, name)
    assert page.count(">default<") == 2


def test_figures_are_those_of_the_card(client):
    page = client.get("/models").text
    row = text(re.search(r'<tr role="row">\s*<th scope="row".*?</tr>', page, re.DOTALL)[0])
    for figure in ("60.0%", "62.5%", "59.0%", "4.3%", "+15.0", "12 ms"):
        assert figure in row, figure
    told = text(section(page, "ann"))
    for fact in (
        "errs on 38 of 100 clips of people it has never heard",
        "RAVDESS: 1 clips of 1 speaker",
        "RAVDESS: 104 clips of 24 speakers. Made up for tests of speaker_5fold.",
        "60.0%, of one seed",
        "75.0%, +15.0 points. Speakers leak here",
        "python -m training evaluate fake --protocol speaker_5fold",
        "python -m training evaluate fake --protocol random_split",
        "4.5 s an epoch",
        "Licence none",
        "Credit nobody",
        "😐 Neutral 46% 46% 46%",
    ):
        assert fact.replace(" ", "") in told.replace(" ", ""), fact


def test_the_matrix_is_a_table_too(client):
    table = section(client.get("/models").text, "ann").partition('class="matrix"')[2]
    assert table.count('<th scope="col">') >= 8
    cells = re.findall(r"<td(?: class=\"right\")?>(\d+)</td>", table.partition("</table>")[0])
    assert [int(cell) for cell in cells] == [
        6 if row == column else 1 for row in range(8) for column in range(8)
    ]


def test_a_baseline_stands_beside(client):
    page = text(client.get("/models").text)
    assert "No model: always the same emotion UAR 12.5%" in page
    baseline = Baseline(accuracy=0.125, emotions=8)
    assert baseline.uar == 0.125
    assert baseline.macro_f1 == pytest.approx(2 * 0.125 / 1.125 / 8)


def test_spread_and_what_was_not_measured(client, recognizers):
    spread = made("ann", spread=0.01)
    recognizers["ann"].card = msgspec.structs.replace(spread, random=None, curves=None)
    page = client.get("/models").text
    told = text(page)
    assert "60.0% ± 1.4 over 2 seeds (59.0%, 61.0%)" in told
    assert "Each clip was heard once with each of the 2 seeds." in told
    assert "Not measured, so its leak is not known." in told
    assert "not measured" in text(page[: page.index('id="choose-title"')])


def test_the_one_that_is_right_most_often_comes_first(client, recognizers):
    recognizers["ann"].card = made("ann", uar=0.7)
    page = client.get("/models").text
    assert page.index('href="#ann"') < page.index('href="#cnn_lstm"')


def test_a_model_that_needs_something_says_so(client, recognizers):
    recognizers["ann"].missing = "ann needs a package. Install it."
    page = client.get("/models").text
    assert "ann needs a package. Install it." in section(page, "ann")
    assert "/upload?model=ann" not in page
    assert "/upload?model=cnn_lstm" in page


def test_pictures_come_from_the_bundle(client, drawn):
    page = client.get("/models").text
    assert "3.0 MB" in page
    for picture in PICTURES:
        address = f"/models/ann/{picture}"
        assert re.search(rf'<img [^>]*src="{address}"[^>]*alt="[^"]{{80,}}"', page)
        with client.get(address) as response:
            assert response.data == SVG
        assert response.content_type.startswith("image/svg+xml")
        assert "script-src" not in response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]


def test_those_who_chose_and_were_then_learnt_from_are_told(client, recognizers, drawn):
    card = recognizers["ann"].card
    origin = msgspec.structs.replace(card.origin, validation_speakers=("ravdess/02", "ravdess/08"))
    recognizers["ann"].card = msgspec.structs.replace(
        card, origin=origin, recipe={"refit": {"epochs": 25}}
    )
    told = text(section(client.get("/models").text, "ann"))
    assert "2 more chose the epoch and were then learnt from, too" in told
    assert "went on for 25 more, which are not drawn" in told


def test_caches_keep_pictures_and_ask(client, drawn):
    with client.get("/models/ann/confusion.svg") as first:
        assert "no-cache" in first.headers["Cache-Control"]
        assert "no-store" not in first.headers["Cache-Control"]
    known = {"If-None-Match": first.headers["ETag"]}
    with client.get("/models/ann/confusion.svg", headers=known) as again:
        assert again.status_code == 304


@pytest.mark.parametrize(
    "address",
    ["ann/card.json", "ann/model.keras", "cnn_lstm/confusion.svg", "nobody/confusion.svg"],
)
def test_nothing_else_comes_from_it(client, drawn, address):
    assert client.get(f"/models/{address}").status_code == 404


def test_a_picture_that_went_away_is_not_found(client, drawn):
    (drawn / "curves.svg").unlink()
    assert client.get("/models/ann/curves.svg").status_code == 404


def test_without_pictures_the_table_is_open(client):
    page = client.get("/models").text
    assert "<img" not in page
    assert page.count("<details open>") == 2 * len(fake_recognizers())


def test_advice_follows_the_cards():
    best, quick, frank = (
        model("best", uar=0.6, milliseconds=50, error=0.2, size=900),
        model("quick", uar=0.3, milliseconds=2, error=0.1, size=700),
        model("frank", uar=0.4, milliseconds=9, error=0.01),
    )
    told = advice([frank, best, quick])
    assert (told.rightest, told.fastest, told.smallest, told.frankest) == (
        best,
        quick,
        quick,
        frank,
    )
    assert (told.rivals, told.better) == ([], [])


def test_advice_names_those_within_the_spread():
    best, near, far = model("a", uar=0.6, spread=0.02), model("b", uar=0.59), model("c", uar=0.5)
    assert advice([best, near, far]).rivals == [near]


def test_advice_is_about_models_that_can_hear():
    away = model("away", uar=0.7, missing="It needs a package.")
    here = model("here", uar=0.6)
    told = advice([away, here])
    assert (told.rightest, told.better) == (here, [away])
    assert advice([away]).rightest is away


def test_advice_is_on_the_page(client, recognizers):
    recognizers["ann"].card = made("ann", uar=0.7, milliseconds=2, error=0.01)
    page = text(client.get("/models").text)
    assert "Model ann: it has the highest UAR, 70.0%." in page
    assert "Model ann: 2.0 ms a clip" in page
    recognizers["ann"].missing = "It needs a package."
    page = text(client.get("/models").text)
    assert "Model ann has 70.0% and needs installing first." in page


def test_any_number_of_labels(make_app, settings):
    two = msgspec.structs.replace(
        card(),
        labels=(Emotion.HAPPY, Emotion.SAD),
        figures=msgspec.structs.replace(card().figures, confusion=((5, 1), (2, 4))),
    )
    page = make_app(settings, {"cnn_lstm": FakeRecognizer(two)}).test_client().get("/models")
    assert page.status_code == 200
    assert "50.0%" in page.text


def fine_tuned(plain, strangers=True, **more):
    """The card of a model that was fine-tuned from the first, and measured on 20 clips."""
    before = Before(
        name="ann", title="Dense layers", version="1.0.0", speakers=(), uar=0.4, accuracy=0.5
    )
    theirs = {"strangers": strangers, "clips": 20, "speakers": 0, "corpora": ("own",), **more}
    ours = msgspec.structs.replace(plain.figures, **theirs)
    title = f"{plain.title}, fine-tuned"
    return msgspec.structs.replace(plain, title=title, figures=ours, before=before, random=None)


def test_a_fine_tuned_model_stands_beside_what_it_was_on_the_same_clips(client, recognizers):
    recognizers["ann"].card = fine_tuned(recognizers["ann"].card)
    page = text(client.get("/models").text)
    assert "Before it was fine-tuned, it was Dense layers, version 1.0.0." in page
    assert "That has a UAR of 40.0% on the same 20 clips, and this one 60.0%." in page
    assert "UAR on people never heard" in page
    assert "perhaps of people it has heard" not in page


def test_clips_held_out_are_not_called_people_never_heard(client, recognizers):
    for name, recognizer in recognizers.items():
        if name == "ann":
            recognizer.card = fine_tuned(recognizer.card, strangers=False)
    page = text(client.get("/models").text)
    assert "UAR on people never heard" not in page
    assert "other clips, perhaps of people it has heard" in page
    assert "100 clips corrected here, perhaps of people it has heard" in page
    assert "OWN: 20 clips. Made up" in page


def test_an_emotion_that_was_not_tested_has_no_figure(client, recognizers):
    rows = [(6, 0, 0, 0, 0, 0, 0, 0), (1, 5, *[0] * 6), *[(0,) * 8] * 6]
    recognizers["ann"].card = fine_tuned(recognizers["ann"].card, confusion=tuple(rows))
    page = client.get("/models").text
    assert re.search(r"Surprised</th>\s*<td>–</td>", page)


def test_advice_leaves_aside_who_was_measured_on_other_clips():
    best, own = model("best", uar=0.6), model("own", uar=0.9, milliseconds=1.0)
    tuned = Model(fine_tuned(own.card), None, None)
    assert advice([tuned, best]).rightest is best
    assert advice([tuned, best]).fastest is best
    assert advice([tuned]).rightest is tuned


def test_it_is_in_the_navigation(client):
    assert re.search(r'href="/models" aria-current="page">Models<', client.get("/models").text)
    assert 'href="/models"' in client.get("/").text
