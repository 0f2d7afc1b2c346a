"""Many recordings: announcing, receiving, the page, tables to take away, trying again, deleting."""

import csv
import io
import json
import re
from dataclasses import replace

import pytest
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from tests.working import work
from webapp import batch_log, job_log, prediction_log
from webapp.speech.emotions import Emotion
from webapp.tables import State

JSON = {"Accept": "application/json"}
BROKEN = b"This is no sound."


def announce(visitor, files, **more):
    """Announce files by name and size."""
    listed = json.dumps([{"name": name, "size": size} for name, size in files])
    form = {"csrf_token": visitor.token(), "files": listed, **more}
    return visitor.client.post("/batches", data=form, headers=JSON)


def multipart(visitor, address, files, **more):
    """Post files in one form."""
    form = MultiDict({"csrf_token": visitor.token(), **more})
    for name, data in files:
        form.add("audio", FileStorage(io.BytesIO(data), name))
    boundary, body = encode_multipart(form)
    kind = f"multipart/form-data; boundary={boundary}"
    return visitor.client.post(address, data=body, content_type=kind, headers=JSON)


def send(visitor, batch, job, data, name="a.wav"):
    return multipart(visitor, f"{batch}/files/{job}", [(name, data)])


def progress(client, batch, after=0):
    return client.get(f"{batch}/progress?after={after}").json


def states(client, batch):
    return list(progress(client, batch)["states"].values())


@pytest.fixture
def announced(visitor, wav):
    """The address of a batch of three files that are still to come, and the ids of their jobs."""
    files = [("voices/b.wav", len(wav)), ("voices/a.wav", len(wav)), ("voices/c.txt", len(BROKEN))]
    told = announce(visitor, files).json
    return told["location"], told["files"]


@pytest.fixture
def heard(visitor, app, announced, wav):
    """The same batch when all is done: two results and a sentence."""
    batch, jobs = announced
    for job, data in zip(jobs, (wav, wav, BROKEN), strict=True):
        assert send(visitor, batch, job, data).status_code == 200
    work(app)
    return batch, jobs


class TestAnnouncing:
    def test_files_are_awaited_under_ids_of_their_own(self, announced, client):
        batch, jobs = announced
        told = progress(client, batch)
        assert told["states"] == dict.fromkeys(jobs, "awaited")
        assert (told["files"], told["open"], told["rows"]) == (3, 3, [])
        assert told["told"] == "0 of 3 heard, 3 still to come."

    def test_it_is_called_like_its_folder(self, announced, client):
        assert '<h1 class="batch-name">voices</h1>' in client.get(announced[0]).text

    def test_without_a_common_folder_it_is_called_like_its_first_file(self, visitor, client):
        batch = announce(visitor, [("a/x.wav", 1), ("b/y.wav", 1)]).json["location"]
        assert "a/x.wav and 1 more</h1>" in client.get(batch).text

    def test_a_file_that_is_too_large_has_failed_at_once(self, visitor, client, settings):
        size = settings.limits.bytes + 1
        batch = announce(visitor, [("a.wav", 1), ("b.wav", size)]).json["location"]
        assert states(client, batch) == ["awaited", "failed"]
        [large] = progress(client, batch)["rows"]
        assert "is larger than 2000 MB" in large["said"]
        assert not large["again"]

    def test_of_a_long_path_the_end_is_kept(self, visitor, client, app):
        batch = announce(visitor, [("x" * 300 + "/voice.wav", 1), ("b", 1)]).json["location"]
        with app.app_context():
            first = batch_log.entries(batch.rpartition("/")[2])[0].job
        assert first.file_name.endswith("/voice.wav")
        assert len(first.file_name) == 255

    @pytest.mark.parametrize(
        "listed", ["", "no list", "{}", '[{"name": "a.wav"}]', '[{"name": "a.wav", "size": -1}]']
    )
    def test_a_list_that_cannot_be_read_is_refused(self, visitor, listed):
        form = {"csrf_token": visitor.token(), "files": listed}
        response = visitor.client.post("/batches", data=form, headers=JSON)
        assert response.status_code == 400
        assert response.json["error"]["code"] == "no_files"

    def test_an_empty_list_is_refused(self, visitor):
        assert announce(visitor, []).json["error"]["code"] == "no_files"

    def test_as_many_as_the_setting_allows_may_have_long_names(self, visitor, settings):
        files = [("é" * 250 + f"{n}.wav", 1000) for n in range(settings.batch_files)]
        assert announce(visitor, files).status_code == 201

    def test_more_than_that_are_refused(self, visitor, settings):
        response = announce(visitor, [("a.wav", 1)] * (settings.batch_files + 1))
        assert response.status_code == 413
        assert response.json["error"]["code"] == "too_many_files"
        assert "500 is the most" in response.json["error"]["sentence"]

    def test_the_chosen_model_hears(self, visitor, app, wav, recognizers):
        told = announce(visitor, [("a.wav", len(wav)), ("b.wav", len(wav))], model="ann").json
        send(visitor, told["location"], told["files"][0], wav)
        work(app)
        assert (recognizers["ann"].asked, recognizers["cnn_lstm"].asked) == (1, 0)

    def test_a_model_that_cannot_hear_is_refused(self, visitor, recognizers):
        recognizers["ann"].missing = "ann needs a package. Install it."
        assert announce(visitor, [("a.wav", 1)], model="ann").status_code == 503
        assert announce(visitor, [("a.wav", 1)], model="best").status_code == 400


class TestReceiving:
    def test_each_file_has_an_outcome_of_its_own(self, heard, client):
        batch, _ = heard
        told = progress(client, batch)
        assert [row["words"] for row in told["rows"]] == ["Happy", "Happy", ""]
        assert [row["confidence"] for row in told["rows"]] == ["61%", "61%", ""]
        assert told["rows"][0]["length"] == "1.5 s"
        broken = told["rows"][2]
        assert broken["state"] == "failed"
        assert broken["said"].endswith(".")
        assert broken["again"]
        assert told["told"] == "2 of 3 heard, 1 could not be heard."
        assert told["open"] == 0
        assert [row["tone"] for row in told["rows"]] == ["happy", "happy", "none"]

    def test_only_what_is_new_is_told_again(self, heard, client):
        batch, jobs = heard
        all_of_it = progress(client, batch)
        assert [row["id"] for row in progress(client, batch, 1)["rows"]] == jobs[1:]
        later = progress(client, batch, all_of_it["after"])
        assert [row["id"] for row in later["rows"]] == jobs[2:]
        assert later["after"] == all_of_it["after"]
        assert later["states"] == all_of_it["states"]

    def test_the_result_has_the_id_of_its_job_and_belongs_to_the_batch(self, heard, app, client):
        batch, jobs = heard
        with app.app_context():
            prediction = prediction_log.get(jobs[0])
        assert prediction.batch_id == batch.rpartition("/")[2]
        assert (prediction.source, prediction.file_name) == ("batch", "voices/b.wav")
        assert f'href="{batch}">Back to its batch<' in client.get(f"/predictions/{jobs[0]}").text

    def test_one_that_comes_again_changes_nothing(self, announced, visitor, app, wav, kept):
        batch, jobs = announced
        for _ in range(2):
            assert send(visitor, batch, jobs[0], wav).status_code == 200
        assert len(kept()) == 1
        assert work(app) == 1
        assert send(visitor, batch, jobs[0], wav).status_code == 200
        assert len(kept()) == 1
        assert states(visitor.client, batch)[0] == "done"

    def test_without_a_file_nothing_happens(self, announced, visitor):
        batch, jobs = announced
        response = multipart(visitor, f"{batch}/files/{jobs[0]}", [])
        assert response.json["error"]["code"] == "no_file"
        assert states(visitor.client, batch)[0] == "awaited"

    def test_a_file_of_another_batch_is_not_found(self, announced, visitor, wav):
        other = announce(visitor, [("a.wav", 1), ("b.wav", 1)]).json
        response = send(visitor, announced[0], other["files"][0], wav)
        assert response.status_code == 404

    def test_nothing_of_a_batch_that_is_not_there(self, client, visitor):
        for end in ("", "/progress", ".csv", ".json"):
            assert client.get(f"/batches/{'x' * 22}{end}").status_code == 404
        assert visitor.post(f"/batches/{'x' * 22}/delete").status_code == 404


class TestSmallLimit:
    @pytest.fixture
    def settings(self, settings):
        return replace(settings, max_megabytes=0.04)

    def test_a_file_that_was_announced_smaller_than_it_is_fails(self, visitor, wav):
        told = announce(visitor, [("a.wav", 10), ("b.wav", 10)]).json
        assert send(visitor, told["location"], told["files"][0], wav).status_code == 200
        first = progress(visitor.client, told["location"])["rows"][0]
        assert (first["state"], first["again"]) == ("failed", False)
        assert "is larger than 0.04 MB" in first["said"]


class TestWithoutJavaScript:
    def test_several_files_in_one_form_become_a_batch(self, visitor, app, wav):
        files = [("a.wav", wav), ("b.wav", BROKEN), ("c.wav", wav)]
        told = multipart(visitor, "/upload", files, model="ann")
        assert told.status_code == 202
        assert told.location.startswith("/batches/")
        work(app)
        assert states(visitor.client, told.location) == ["done", "failed", "done"]

    def test_as_many_as_the_setting_allows(self, visitor, settings):
        files = [(f"{n}.wav", BROKEN) for n in range(30)]
        assert multipart(visitor, "/upload", files).status_code == 202

    def test_a_page_that_is_not_done_comes_again_by_itself(self, announced, client, visitor):
        refresh = '<noscript><meta http-equiv="refresh"'
        assert refresh in client.get(announced[0]).text
        visitor.post(f"{announced[0]}/cancel")
        assert refresh not in client.get(announced[0]).text


class TestPage:
    def test_it_says_what_the_script_will_say(self, heard, client):
        batch, _ = heard
        page = client.get(batch).text
        for row in progress(client, batch)["rows"]:
            found = re.search(rf'<tr [^>]*data-job="{row["id"]}".*?</tr>', page, re.DOTALL)[0]
            assert f'data-state="{row["state"]}"' in found
            for part in ("faces", "words", "said", "confidence", "length", "remarks"):
                if part == "said" and row["words"]:
                    continue
                assert f'data-part="{part}">{row[part]}</' in found.replace(' role="cell"', "")

    @pytest.mark.parametrize(
        ("sort", "names"),
        [
            ("", ["b.wav", "a.wav", "c.txt"]),
            ("place", ["b.wav", "a.wav", "c.txt"]),
            ("-place", ["c.txt", "a.wav", "b.wav"]),
            ("file", ["a.wav", "b.wav", "c.txt"]),
            ("-file", ["c.txt", "b.wav", "a.wav"]),
            ("-heard", ["c.txt", "b.wav", "a.wav"]),
            ("-confidence", ["b.wav", "a.wav", "c.txt"]),
            ("length", ["b.wav", "a.wav", "c.txt"]),
            ("remarks", ["b.wav", "a.wav", "c.txt"]),
            ("nothing", ["b.wav", "a.wav", "c.txt"]),
        ],
    )
    def test_sorted_by_every_column(self, heard, client, sort, names):
        page = client.get(f"{heard[0]}?sort={sort}").text
        assert re.findall(r'data-name="voices/([^"]*)"', page) == names

    def test_the_heading_says_how_it_is_sorted_and_sorts_the_other_way(self, heard, client):
        page = client.get(f"{heard[0]}?sort=file").text
        [sorted_by] = re.findall(r'<th[^>]*aria-sort="(\w+)">\s*<a href="([^"]*)">(\w+)', page)
        assert sorted_by == ("ascending", f"{heard[0]}?sort=-file#files", "File")

    def test_a_deleted_result_leaves_the_batch(self, heard, client, visitor):
        batch, jobs = heard
        visitor.post(f"/predictions/{jobs[0]}/delete")
        assert client.get(batch).status_code == 200
        assert progress(client, batch)["told"] == "1 of 2 heard, 1 could not be heard."

    def test_it_says_when_nothing_hears(self, announced, client, visitor, wav):
        batch, jobs = announced
        idle = r'<p class="note" id="idle"( hidden)?>'
        assert re.search(idle, client.get(batch).text)[1]
        send(visitor, batch, jobs[0], wav)
        assert not re.search(idle, client.get(batch).text)[1]


class TestTakingAway:
    def rows(self, client, batch):
        text = client.get(f"{batch}.csv").data.decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def test_as_a_table(self, heard, client):
        batch, _ = heard
        response = client.get(f"{batch}.csv")
        assert response.mimetype == "text/csv"
        assert "attachment" in response.headers["Content-Disposition"]
        first, _, broken = self.rows(client, batch)
        assert (first["file"], first["state"], first["emotion"]) == (
            "voices/b.wav",
            "done",
            "happy",
        )
        assert (first["confidence"], first["named"], first["calm"]) == ("0.61", "True", "0.2")
        assert (first["model"], first["seconds"][:3]) == ("cnn_lstm", "1.5")
        assert (broken["state"], broken["emotion"], broken["error_code"]) == (
            *("failed", "", "not_audio"),
        )
        assert broken["error_sentence"].endswith(".")
        assert set(map(str, Emotion)) < set(first)

    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "＝"])
    def test_no_name_becomes_a_formula(self, visitor, client, start):
        name = f'{start}HYPERLINK("http://localhost","x").wav'
        batch = announce(visitor, [(name, 1), ("b.wav", 1)]).json["location"]
        [first, _] = self.rows(client, batch)
        assert first["file"].startswith("'")
        assert first["file"].endswith('HYPERLINK("http://localhost","x").wav')

    def test_for_programs(self, heard, client):
        batch, jobs = heard
        response = client.get(f"{batch}.json")
        assert response.mimetype == "application/json"
        told = response.json
        assert (told["name"], told["model"]) == ("voices", "cnn_lstm")
        assert [file["id"] for file in told["files"]] == jobs
        assert told["files"][0]["probabilities"]["happy"] == 0.61
        assert told["files"][0]["error"] is None
        assert told["files"][2]["error"]["code"] == "not_audio"
        assert told["files"][2]["emotion"] is None

    def test_more_files_than_are_read_at_once(self, visitor, client):
        files = [(f"{n:03}.wav", 1) for n in range(2 * batch_log.PIECE + 1)]
        batch = announce(visitor, files).json["location"]
        names = [name for name, _ in files]
        assert [row["file"] for row in self.rows(client, batch)] == names
        assert [file["file"] for file in client.get(f"{batch}.json").json["files"]] == names


class TestTryingAgain:
    def test_one(self, heard, visitor, app):
        batch, jobs = heard
        response = visitor.post(f"{batch}/files/{jobs[2]}/again")
        assert (response.status_code, response.location) == (303, batch)
        assert states(visitor.client, batch)[2] == "waiting"
        assert work(app) == 1
        assert states(visitor.client, batch)[2] == "failed"

    def test_all(self, heard, visitor, app):
        batch, _ = heard
        visitor.post(f"{batch}/again")
        assert states(visitor.client, batch) == ["done", "done", "waiting"]

    def test_one_whose_file_is_gone_is_awaited(self, announced, visitor, app, wav):
        batch, jobs = announced
        visitor.post(f"{batch}/cancel")
        visitor.post(f"{batch}/again")
        assert states(visitor.client, batch) == ["awaited"] * 3
        send(visitor, batch, jobs[0], wav)
        work(app)
        assert states(visitor.client, batch)[0] == "done"

    def test_what_was_heard_is_not_heard_again(self, heard, visitor):
        batch, jobs = heard
        visitor.post(f"{batch}/files/{jobs[0]}/again")
        assert states(visitor.client, batch)[0] == "done"


class TestEnding:
    def test_cancelling_keeps_what_was_heard(self, announced, visitor, app, wav, kept):
        batch, jobs = announced
        send(visitor, batch, jobs[0], wav)
        work(app)
        send(visitor, batch, jobs[1], wav)
        assert visitor.post(f"{batch}/cancel").location == batch
        assert work(app) == 0
        told = progress(visitor.client, batch)
        assert list(told["states"].values()) == ["done", "cancelled", "cancelled"]
        assert told["told"] == "1 of 3 heard, 2 cancelled."
        assert len(kept()) == 1

    def test_a_file_that_comes_after_cancelling_is_not_kept(self, announced, visitor, wav, kept):
        batch, jobs = announced
        visitor.post(f"{batch}/cancel")
        assert send(visitor, batch, jobs[0], wav).status_code == 200
        assert not kept()

    def test_deleting_leaves_nothing(self, heard, visitor, app, kept):
        batch, jobs = heard
        response = visitor.post(f"{batch}/delete")
        assert (response.status_code, response.location) == (303, "/batches")
        assert visitor.client.get(batch).status_code == 404
        assert not kept()
        with app.app_context():
            assert prediction_log.count() == 0
            assert all(job_log.get(job) is None for job in jobs)

    def test_deleting_everything_deletes_batches(self, heard, visitor, client, kept):
        visitor.post("/history/delete")
        assert client.get(heard[0]).status_code == 404
        assert "None yet." in client.get("/batches").text
        assert not kept()


class TestList:
    def test_none_yet(self, client):
        assert "None yet." in client.get("/batches").text

    def test_newest_first_with_what_became_of_them(self, heard, visitor, client):
        announce(visitor, [("x.wav", 1), ("y.wav", 1)])
        page = client.get("/batches").text
        names = re.findall(r'<h2><a href="/batches/[\w-]{22}">([^<]*)</a>', page)
        assert names == ["x.wav and 1 more", "voices"]
        assert "2 of 3 heard, 1 could not be heard." in page
        assert "0 of 2 heard, 2 still to come." in page

    def test_in_pages(self, visitor, client, settings):
        for n in range(settings.page_size + 1):
            announce(visitor, [(f"{n}.wav", 1)])
        assert "Page 1 of 2" in client.get("/batches").text
        last = client.get("/batches?page=99").text
        assert "Page 2 of 2" in last
        assert "0.wav" in last

    def test_it_is_linked_from_history_and_upload(self, client):
        for address in ("/history", "/upload"):
            assert 'href="/batches"' in client.get(address).text


@pytest.mark.usefixtures("heard")
def test_counts_by_state_are_those_of_the_log(app):
    with app.app_context():
        [one] = batch_log.page(1, 10).items
    assert one.counts == {State.DONE: 2, State.FAILED: 1}
    assert (one.files, one.unheard, one.queued) == (3, 1, 0)
