import io
import json
import os
import re
import sys

import msgspec
import pytest

from tests.fakes import PROBABILITIES, TWINS, UNCLEAR, card
from tests.sounds import encode, voice
from webapp import prediction_log
from webapp.commands import recognizing

UNLIKE = ["unlike_training"]


@pytest.fixture
def runner(app):
    return app.test_cli_runner()


@pytest.fixture
def clip(tmp_path, wav):
    path = tmp_path / "clip.wav"
    path.write_bytes(wav)
    return str(path)


def objects(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


def count(app):
    with app.app_context():
        return prediction_log.count()


def test_a_line_a_file(runner, clip):
    result = runner.invoke(args=["recognize", clip, clip])
    assert result.exit_code == 0
    line = f"{clip}: happy 61% (calm 20%, sad 6%, angry 5%)"
    assert result.stdout.splitlines() == [line, line]


def test_an_object_a_line(runner, clip):
    result = runner.invoke(args=["recognize", "--json", clip])
    [heard] = objects(result)
    assert list(heard) == [
        *("file", "emotion", "confidence", "named", "probabilities", "remarks"),
        *("model", "duration_seconds"),
    ]
    assert (heard["file"], heard["emotion"], heard["confidence"]) == (clip, "happy", 0.61)
    assert (heard["named"], heard["remarks"]) == (True, [])
    assert (heard["model"], heard["duration_seconds"]) == ("cnn_lstm", pytest.approx(1.5, abs=0.01))
    assert list(heard["probabilities"])[:3] == ["neutral", "calm", "happy"]


@pytest.mark.parametrize(
    ("heard", "unlike", "line", "named", "remarks"),
    [
        (
            UNCLEAR,
            True,
            "no clear emotion (happy 34%, surprised 25%, angry 12%); unlike training",
            False,
            UNLIKE,
        ),
        (
            TWINS,
            False,
            "neutral or calm 59% (neutral 31%, calm 28%, sad 21%)",
            False,
            ["neutral_or_calm"],
        ),
        (
            PROBABILITIES,
            True,
            "happy 61% (calm 20%, sad 6%, angry 5%); unlike training",
            True,
            UNLIKE,
        ),
    ],
    ids=["no emotion", "twins", "named but unlike"],
)
def test_label_and_abstention_apart(runner, clip, recognizers, heard, unlike, line, named, remarks):
    recognizers["cnn_lstm"].probabilities = heard
    recognizers["cnn_lstm"].unlike = unlike
    told = runner.invoke(args=["recognize", clip]).stdout
    assert told == f"{clip}: {line}\n"
    [found] = objects(runner.invoke(args=["recognize", "--json", clip]))
    assert found["emotion"] == max(heard, key=heard.get)
    assert found["named"] is named
    assert found["remarks"] == remarks


def test_it_is_logged(runner, app, clip, kept):
    runner.invoke(args=["recognize", clip])
    with app.app_context():
        [row] = prediction_log.page(1, 10).items
    assert (row.source, row.file_name) == ("shell", "clip.wav")
    assert kept() == {row.audio_name}


def test_it_is_not_logged_if_so_asked(runner, app, clip, kept):
    assert runner.invoke(args=["recognize", "--no-log", clip]).exit_code == 0
    assert count(app) == 0
    assert not kept()


def test_the_model_can_be_chosen(runner, clip, recognizers):
    result = runner.invoke(args=["recognize", "--json", "--model", "ann", clip])
    assert objects(result)[0]["model"] == "ann"
    assert recognizers["ann"].asked == 1


def test_an_unknown_model_is_refused_before_anything_is_heard(runner, app, clip):
    result = runner.invoke(args=["recognize", "--model", "best", clip])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "ann, cnn_lstm" in result.stderr
    assert count(app) == 0


@pytest.fixture
def mixed(tmp_path, clip):
    """Paths that can't be heard, each between two that can, and the codes they get."""
    (tmp_path / "empty.wav").touch()
    (tmp_path / "text.wav").write_text("This is no sound.")
    (tmp_path / "short.wav").write_bytes(encode("wav-16", voice(0.05)))
    with (tmp_path / "large.wav").open("wb") as file:
        file.truncate(2001 * 2**20)  # it takes no room on the disk
    codes = {
        "empty.wav": "empty_file",
        "text.wav": "not_audio",
        "short.wav": "too_short",
        "large.wav": "too_large",
        "nobody.wav": "file_not_found",
        "nobody.wav/x.wav": "file_not_found",
        ".": "is_a_folder",
    }
    paths = [clip]
    for name in codes:
        paths += [str(tmp_path / name), clip]
    return paths, list(codes.values())


def test_what_cannot_be_heard_gets_a_line_and_the_others_go_on(runner, app, mixed):
    paths, codes = mixed
    result = runner.invoke(args=["recognize", "--json", *paths])
    assert result.exit_code == 1
    lines = objects(result)
    assert [line["file"] for line in lines] == paths
    assert [line["error"]["code"] for line in lines[1::2]] == codes
    assert all(line.keys() == {"file", "error"} for line in lines[1::2])
    assert all(line["error"]["sentence"].endswith(".") for line in lines[1::2])
    assert all(line["emotion"] == "happy" for line in lines[::2])
    assert count(app) == len(codes) + 1


def test_errors_as_lines_for_people(runner, mixed):
    paths, codes = mixed
    result = runner.invoke(args=["recognize", *paths])
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert len(lines) == len(paths)
    for path, code, line in zip(paths[1::2], codes, lines[1::2], strict=True):
        assert line.startswith(f"{path}: error {code}: ")


def test_a_name_that_is_no_text(runner, tmp_path, wav):
    path = tmp_path / os.fsdecode(b"\xff.wav")
    path.write_bytes(wav)
    for options in ([], ["--json"]):
        result = runner.invoke(args=["recognize", *options, str(path)])
        assert result.exit_code == 0, result.output
    assert objects(result)[0]["file"] == str(path)


@pytest.fixture
def folder(tmp_path, wav):
    """A folder with recordings in it and below it, and other things among them."""
    top = tmp_path / "voices"
    (top / "b" / ".hidden").mkdir(parents=True)
    for name in ("b/2.wav", "b/10", "a.WAV", "b/.hidden/x.wav", ".y.wav", "b/clip.txt"):
        (top / name).write_bytes(wav)
    (top / "notes.txt").write_text("This is no sound.")
    (top / "c.mp3").write_text("Nor is this.")
    return top


HEARD = ("a.WAV", "b/10", "b/2.wav", "b/clip.txt")
"""What is a recording by its name or by how it begins, in order; c.mp3 is one by its name only."""


@pytest.mark.parametrize("jobs", [[], ["--jobs", "1"], ["--jobs", "3"]])
def test_recordings_in_folders_in_order(runner, app, folder, kept, jobs):
    result = runner.invoke(args=["recognize", "--json", "--recursive", *jobs, str(folder)])
    assert result.exit_code == 1
    lines = objects(result)
    assert [line["file"] for line in lines] == [str(folder / name) for name in (*HEARD, "c.mp3")]
    assert [line.get("emotion") for line in lines] == ["happy"] * 4 + [None]
    assert lines[-1]["error"]["code"] == "not_audio"
    assert result.stderr == ""  # it is no terminal, so there is no bar
    assert count(app) == len(kept()) == len(HEARD)


def test_a_folder_without_recursive_says_what_to_do(runner, folder, clip):
    result = runner.invoke(args=["recognize", str(folder), clip])
    assert result.exit_code == 1
    first, second = result.stdout.splitlines()
    assert first.startswith(f"{folder}: error is_a_folder: ")
    assert "--recursive" in first
    assert second.startswith(f"{clip}: happy 61%")


def test_a_folder_without_recordings_is_told(runner, tmp_path):
    (tmp_path / "nothing").mkdir()
    result = runner.invoke(args=["recognize", "--recursive", str(tmp_path / "nothing")])
    assert result.exit_code == 1
    assert "error no_recordings: " in result.stdout


def test_files_by_several_processes_come_in_the_order_asked_for(runner, mixed):
    paths, _ = mixed
    alone = runner.invoke(args=["recognize", "--no-log", "--jobs", "1", *paths])
    together = runner.invoke(args=["recognize", "--no-log", "--jobs", "3", *paths])
    assert together.stdout == alone.stdout
    assert together.exit_code == alone.exit_code == 1


def test_jobs_must_be_a_number_above_0(runner, clip):
    assert runner.invoke(args=["recognize", "--jobs", "0", clip]).exit_code == 2


def test_a_long_recording_is_heard_here_and_now(runner, app, settings, tmp_path):
    path = tmp_path / "long.wav"
    path.write_bytes(encode("wav-16", voice(1.1 * settings.instant_seconds)))
    [heard] = objects(runner.invoke(args=["recognize", "--json", str(path)]))
    assert heard["emotion"] == "happy"
    assert heard["duration_seconds"] == pytest.approx(66, abs=0.1)
    with app.app_context():
        assert prediction_log.page(1, 10).items[0].source == "shell"


def test_a_process_that_is_ended_is_told(runner, app, folder, monkeypatch):
    monkeypatch.setattr(recognizing, "_line", ended)
    result = runner.invoke(args=["recognize", "--recursive", "--jobs", "2", str(folder)])
    assert result.exit_code == 1
    assert "A process was ended while it heard" in result.stderr


def ended(*_):
    os._exit(9)


def test_the_bar_is_shown_on_a_terminal_only(monkeypatch, capsys):
    written = io.StringIO()
    written.isatty = lambda: True
    monkeypatch.setattr(sys, "stderr", written)
    with recognizing._progress(2) as step:
        step("one")
        step("two")
    assert "2/2" in written.getvalue()
    assert capsys.readouterr().out == "one\ntwo\n"


def test_no_file_at_all(runner):
    result = runner.invoke(args=["recognize"])
    assert result.exit_code == 2
    assert result.stdout == ""


def test_models_is_a_table(runner):
    trust = ["0.043", "0.760", "0.700", "0.770"]
    figures = ["1.0.0", "0.625", "0.600", "0.590", *trust, "+0.150", "speaker_5fold"]
    lines = runner.invoke(args=["models"]).stdout.splitlines()
    cells = [re.split(r"\s{2,}", line) for line in lines]
    assert cells[:3] == [
        [
            *("name", "title", "version", "accuracy", "UAR", "macro F1"),
            *("calibration error", "surest", "named", "right", "leak", "protocol"),
        ],
        ["ann", "Dense layers", *figures],
        ["cnn_lstm", "Convolutions and LSTM", *figures],
    ]
    starts = {line.index("1.0.0") for line in lines[1:3]}
    assert len(starts) == 1
    strange = (
        "never trained on: UAR 0.420, 0.470 where only its 4 emotions are to choose from, "
        "chance 0.250; 31% unlike its training"
    )
    assert lines[3:] == [f"ann on emodb, {strange}", f"cnn_lstm on emodb, {strange}"]


def test_models_say_what_is_not_known_and_what_is_missing(runner, recognizers):
    for name in ("ann", "cnn_lstm"):
        recognizers[name].card = msgspec.structs.replace(card(name), random=None, elsewhere=())
    recognizers["ann"].missing = "ann needs a package. Install it."
    lines = runner.invoke(args=["models"]).stdout.splitlines()
    assert re.split(r"\s{2,}", lines[1])[-2:] == ["-", "speaker_5fold"]
    assert lines[3:] == ["ann needs a package. Install it."]


def test_a_model_that_cannot_hear_yet_is_refused_before_anything_is_heard(
    runner, app, clip, recognizers
):
    recognizers["ann"].missing = "ann needs a package. Install it."
    result = runner.invoke(args=["recognize", "--model", "ann", clip])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "ann needs a package. Install it." in result.stderr
    assert count(app) == 0
