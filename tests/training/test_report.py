"""The report holds what was measured and nothing else, leaves no blank, and marks what leaks."""

import re

import pytest

from tests.training.made_reports import row, section, two_recipes


@pytest.fixture
def gallery(tmp_path, tiny):
    """A desk whose reports have pictures."""
    return two_recipes(tmp_path, tiny("ann", "mean").read_text())


@pytest.fixture
def desk(gallery, monkeypatch):
    """The same, but its reports are not drawn, which takes most of their time."""
    monkeypatch.setattr("training.report.gallery.draw", lambda *_: None)
    return gallery


def test_leaking_protocols_are_marked_wherever_they_stand(desk):
    for protocol in ("random_split", "random_split_peeking", "random_5fold", "speaker_5fold"):
        desk.run("first", protocol)
    desk.run("second", "random_5fold", uar=None)
    desk.because("Too slow.", recipe="second")
    for line in desk.page.splitlines():
        for found in re.finditer(r"(?<!protocol )`?(random_\w+)`(?P<mark> \(leaks\))?", line):
            assert found["mark"], line
    assert "`speaker_5fold` (leaks)" not in desk.page


def test_no_cell_is_blank(desk):
    desk.run("first")
    desk.because("Takes two days.", recipe="first", protocol="leave_one_speaker_out")
    page = desk.page
    ravdess = section(page, "RAVDESS")
    assert row(ravdess, "`first`")[-2] == "– <sup>1</sup>"
    assert "- <sup>1</sup> Takes two days." in ravdess
    assert set(row(ravdess, "`second`")[2:]) == {"not measured"}
    for line in page.splitlines():
        assert not re.search(r"\|\s*\|", line), line


def test_unfinished_runs_are_listed_and_in_no_table(desk):
    desk.run("first", uar=None, seed=3)
    page = desk.page
    assert "- `first`, `speaker_5fold`, RAVDESS, seed 3" in section(page, "Unfinished")
    assert "## RAVDESS" not in page


def test_an_older_version_of_a_recipe_is_not_shown(desk):
    desk.run("first", uar=0.9)
    changed = (desk.recipes / "first.toml").read_text().replace("epochs = 2", "epochs = 3")
    (desk.recipes / "first.toml").write_text(changed)
    desk.run("first", uar=0.4)
    page = desk.page
    assert "90.0" not in page
    assert "40.0 (1)" in page


def test_notes_come_first_and_may_be_missing(desk):
    assert desk.page.startswith("# Results")
    (desk.inputs / "notes.md").write_text("Strangers are hard.\n")
    desk.run("first")
    page = desk.page
    assert page.index("Strangers are hard.") < page.index("## How to read this")


def test_every_picture_is_there_and_no_other(gallery):
    gallery.run("first")
    gallery.run("first", "random_split", uar=0.7)
    old = gallery.out / "results" / "confusion-gone-speaker_5fold-x-0.svg"
    own = gallery.out / "results" / "mine.svg"
    old.parent.mkdir(parents=True)
    for path in (old, own):
        path.write_text("<svg/>")
    shown = set(re.findall(r"\]\((results/[^)]+)\)", gallery.page))
    there = {f"results/{path.name}" for path in old.parent.glob("*.svg") if path != own}
    assert shown == there
    assert len(shown) == 4


def test_pictures_have_words_for_who_cannot_see_them(desk):
    desk.run("first")
    for words in re.findall(r"!\[([^]]*)\]\(", desk.page):
        assert len(words) > 20


def test_the_same_runs_give_the_same_report(gallery):
    gallery.run("first")
    gallery.run("second", "random_split")
    before = gallery.page, {p.name: p.read_bytes() for p in (gallery.out / "results").glob("*.svg")}
    after = gallery.page, {p.name: p.read_bytes() for p in (gallery.out / "results").glob("*.svg")}
    assert before == after


def test_no_path_of_this_machine_is_told(desk):
    desk.run("first")
    assert str(desk.folder) not in desk.page


def test_no_runs_at_all_make_a_report_too(desk):
    assert "## Claims" in desk.page
