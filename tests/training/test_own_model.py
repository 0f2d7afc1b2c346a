"""Twenty results are corrected, a model is fine-tuned, released and served: by the README."""

import re
import shlex
import shutil

import keras
import numpy as np
import pytest

from tests.fakes import Visitor
from tests.sounds import encode, voice
from training.__main__ import main
from training.networks import head
from training.own_splits import UNKNOWN
from webapp.config import ROOT, Settings
from webapp.speech.bundle import FAMILIAR, KERAS, read_card
from webapp.speech.emotions import Emotion
from webapp.speech.recognizer import load_recognizers

NAME = "mine"
REALLY = (Emotion.ANGRY, Emotion.SAD, Emotion.HAPPY, Emotion.CALM)
PEOPLE = ("Ana", "Ben", "")


def commands(folder):
    """The commands of the README's section, as words, with a folder of this test's in them."""
    text = (ROOT / "README.md").read_text()
    section = text.partition("### A model of one's own")[2].partition("\n#")[0]
    (block,) = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    for line in block.replace(".venv/bin/", "").replace("DIR", str(folder)).splitlines():
        yield shlex.split(line, comments=True)


def speak(visitor, number):
    """Send one of twenty clips, and say what it really was and, mostly, who speaks."""
    clip = encode("wav-16", voice(1.0, pitch=110.0 + 7 * number))
    address = visitor.sent(clip, f"{number}.wav")
    said = {"correction": {"emotion": REALLY[number % 4]}}
    if person := PEOPLE[number % 3]:
        said["notes"] = {"note": "", "tags": f"speaker:{person}"}
    token = visitor.token()
    for what, form in said.items():
        answer = visitor.client.post(f"{address}/{what}", data={"csrf_token": token, **form})
        assert answer.status_code == 303


def train(words, bundles, instance, capsys, run):
    """One command of training, as the README has it; the name of the run that `fit` makes."""
    words = [run if word == "RUN" else NAME if word == "NAME" else word for word in words]
    folders = ["--bundles", str(bundles), "--instance", str(instance)]
    assert main([*words, *folders, *([] if words[0] == "release" else ["--start", "ann"])]) == 0
    finished = re.search(r"Finished: (\S+)", capsys.readouterr().out)
    return finished[1] if finished else run


@pytest.fixture
def settings(tmp_path, quick_bundles):
    bundles = shutil.copytree(quick_bundles["bundles"], tmp_path / "bundles")
    return Settings(instance=tmp_path / "instance", bundles=bundles, default_model="ann")


def test_the_way_of_the_readme_from_corrections_to_a_model(make_app, settings, tmp_path, capsys):
    app = make_app(settings, load_recognizers(settings.bundles))
    for number in range(20):
        speak(Visitor(app.test_client()), number)
    run = None
    for program, *words in commands(tmp_path / "corrections"):
        if program == "flask":
            assert app.test_cli_runner().invoke(args=words).exit_code == 0
        else:
            assert words[:2] == ["-m", "training"]
            run = train(words[2:], settings.bundles, settings.instance, capsys, run)
    anew = make_app(settings, load_recognizers(settings.bundles))
    visitor = Visitor(anew.test_client())
    page = visitor.client.get("/models").text
    title = read_card(settings.bundles / "ann").title
    assert f'id="{NAME}-title">{title}, fine-tuned' in page
    assert f'id="ann-title">{title}' in page
    assert "UAR on people never heard" in page
    address = visitor.sent(encode("wav-16", voice(1.0)), model=NAME)
    assert f"{title}, fine-tuned" in visitor.client.get(address).text
    the_card_is_honest(settings.bundles)
    only_the_last_layer_has_learnt(settings.bundles)


def the_card_is_honest(bundles):
    before, card = read_card(bundles / "ann"), read_card(bundles / NAME)
    assert (card.features, card.calibration) == (before.features, before.calibration)
    assert card.figures.protocol == "own_speakers"
    assert (card.figures.clips, card.figures.speakers) == (14, 2), "nobody knows whose six are"
    assert card.figures.strangers
    assert "--start ann" in card.figures.command
    assert (card.before.name, card.before.version) == ("ann", before.version)
    assert 0 <= card.before.uar <= 1
    assert card.heard >= {"own/Ana", "own/Ben", *before.origin.speakers}
    assert card.origin.clips == 20
    assert not any(UNKNOWN in speaker for speaker in card.origin.speakers)
    assert card.licence == before.licence == "CC BY-NC-SA 4.0"
    assert card.credit.startswith(before.credit)
    assert "Fine-tuned on own" in card.credit


def only_the_last_layer_has_learnt(bundles):
    before, after = (
        keras.models.load_model(bundles / name / KERAS, compile=False) for name in ("ann", NAME)
    )
    learnt = [id(weight) for layer in head(after) for weight in layer.weights]
    for old, new in zip(before.weights, after.weights, strict=True):
        assert np.array_equal(old, new) == (id(new) not in learnt)
    familiar = [(bundles / name / FAMILIAR).read_bytes() for name in ("ann", NAME)]
    assert familiar[0] == familiar[1]
