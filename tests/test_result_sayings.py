"""What people say on a result page: notes, tags, and what it really was."""

import re
from html import unescape

import msgspec
import pytest

from tests.fakes import TWINS, UNCLEAR, FakeRecognizer, card
from webapp import sayings
from webapp.sayings import Said
from webapp.speech.emotions import Emotion


def text(html):
    """What is written on a page, each run of space as one."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", html)))


@pytest.fixture
def address(visitor, wav):
    return visitor.sent(wav, "hello.wav")


@pytest.fixture
def say(visitor, address):
    """Posts a form of the page and returns the page that it leads to."""

    def post(act, **form):
        data = {"csrf_token": visitor.token(), **form}
        return visitor.client.post(f"{address}/{act}", data=data, follow_redirects=True)

    return post


@pytest.fixture
def said(app, address):
    def read():
        with app.app_context():
            return sayings.said(address.rpartition("/")[2])

    return read


def test_each_emotion_can_be_chosen(client, address):
    page = client.get(address).text
    for emotion in Emotion:
        assert re.search(
            rf'<button[^>]* name="emotion" value="{emotion}" aria-pressed="false"', page
        )
    assert text(page).count("Tonelog was right") == 1
    assert "Happy Tonelog was right" in text(page)
    assert "Take it back" not in page
    assert "stays on this machine" in page


def test_a_correction_stands_beside_what_was_heard(say, said):
    page = say("correction", emotion="sad")
    assert page.status_code == 200
    assert page.request.path.startswith("/predictions/")
    assert "Tonelog hears: Happy 61% confidence You said: 😢 sad" in text(page.text)
    assert 'value="sad" aria-pressed="true"' in page.text
    assert "saved beside what Tonelog heard" in page.text
    assert said() == Said(correction=Emotion.SAD)
    back = say("correction", emotion="").text
    assert "You said" not in text(back).partition("Tonelog hears")[2]
    assert "taken back" in back
    assert said() == Said()


def test_an_agreement_is_told_as_one(say):
    assert "You said that Tonelog was right." in text(say("correction", emotion="happy").text)


@pytest.mark.parametrize(("heard", "emotion"), [(UNCLEAR, "happy"), (TWINS, "neutral")])
def test_where_none_was_named_nobody_was_right(say, recognizers, visitor, wav, heard, emotion):
    recognizers["cnn_lstm"].probabilities = heard
    address = visitor.sent(wav)
    assert "Tonelog was right" not in visitor.client.get(address).text
    form = {"csrf_token": visitor.token(), "emotion": emotion}
    page = visitor.client.post(f"{address}/correction", data=form, follow_redirects=True)
    assert f"You said: {Emotion(emotion).emoji} {emotion}" in text(page.text)


def test_note_and_tags_are_saved_together(say, said):
    page = say("notes", note="<b>First</b>\r\nsecond", tags="work, speaker:Ana,, work").text
    assert said() == Said("<b>First</b>\nsecond", ("speaker:Ana", "work"))
    assert ">\n&lt;b&gt;First&lt;/b&gt;\nsecond</textarea>" in page
    assert 'value="speaker:Ana, work"' in page
    assert "Your notes were saved." in page
    say("notes", note="", tags="")
    assert said() == Said()


def test_what_was_written_is_saved_with_a_correction(say, said):
    say("correction", emotion="sad", note="note", tags="tag")
    assert said() == Said("note", ("tag",), Emotion.SAD)
    assert say("correction", emotion="calm", note="other", tags="x" * 65).status_code == 400
    assert said() == Said("note", ("tag",), Emotion.SAD)


def test_what_a_form_leaves_out_stays(say, said):
    say("notes", note="note", tags="tag")
    say("notes", note="other")
    say("notes", tags="more")
    assert said() == Said("other", ("more",))


def test_tags_known_are_offered_behind_those_given(app, visitor, wav, say):
    other = visitor.sent(wav).rpartition("/")[2]
    with app.app_context():
        sayings.set_tags(other, ["speaker:Ben", "work"])
    assert '<option value="speaker:Ben">speaker:Ben</option>' in say("notes", tags="").text
    page = say("notes", tags="work").text
    assert '<option value="work, speaker:Ben">speaker:Ben</option>' in page
    assert '<option value="work' in page
    assert ">work</option>" not in page


def test_what_was_refused_is_still_there(say, said):
    say("notes", note="kept", tags="kept")
    page = say("notes", note="note", tags="x" * 65)
    assert page.status_code == 400
    assert "A tag has at most 64 characters" in page.text
    assert ">\nnote</textarea>" in page.text
    assert f'value="{"x" * 65}"' in page.text
    assert "<title>Problem: Happy, 61% · Tonelog</title>" in page.text
    assert said() == Said("kept", ("kept",))


@pytest.mark.parametrize("form", [{"emotion": "bored"}, {}])
def test_what_is_no_emotion_is_refused(say, said, form):
    assert say("correction", **form).status_code == 400
    assert said() == Said()


def test_programs_are_told_in_json(visitor, address):
    form = {"csrf_token": visitor.token(), "emotion": "bored"}
    headers = {"Accept": "application/json"}
    answer = visitor.client.post(f"{address}/correction", data=form, headers=headers)
    assert answer.status_code == 400
    assert "unknown_emotion" in answer.text


def test_nothing_is_said_of_what_is_gone(say, visitor, address):
    visitor.post(f"{address}/delete")
    assert say("notes", note="note").status_code == 404
    assert say("correction", emotion="sad").status_code == 404


def test_models_tell_how_often_people_agreed(client, say):
    page = text(client.get("/models").text)
    assert page.count("Nobody has said yet") == 2
    say("correction", emotion="sad")
    page = text(client.get("/models").text)
    assert "People here said of 1 answer of this version what it really was." in page
    assert "agreed with 0, which is 0%. For a random sample of that size, this would" in page
    assert "mean 0% to 79%" in page
    assert "no measurement" in page
    assert page.count("Nobody has said yet") == 1
    matrix = client.get("/models").text.partition("as people say.")[2].partition("</table>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", matrix)
    sad = next(row for row in rows if "sad</th>" in row and "<td" in row)
    assert re.findall(r">(\d+)</td>", sad) == ["0", "0", "1", "0", "0", "0", "0", "0"]


def test_other_versions_are_told_apart(make_app, settings, say):
    say("correction", emotion="sad")
    newer = FakeRecognizer(msgspec.structs.replace(card(), version="2.0.0"))
    page = text(make_app(settings, {"cnn_lstm": newer}).test_client().get("/models").text)
    assert "1 answer of another version is not counted here." in page
    assert "People here said" not in page
