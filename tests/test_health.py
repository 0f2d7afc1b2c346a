"""What machines ask: alive, and ready."""

import shutil
import tempfile
from collections import namedtuple
from dataclasses import replace

import pytest
from sqlalchemy.exc import OperationalError

from tests.fakes import FakeRecognizer, card
from webapp import prediction_log
from webapp.locks import locked
from webapp.tables import db


def test_alive(client):
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json == {"status": "ok"}


def test_alive_asks_nobody(client, monkeypatch):
    monkeypatch.setattr(prediction_log, "check", lambda: pytest.fail("the log was asked"))
    assert client.get("/healthz").status_code == 200


def test_ready(client):
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json == {"status": "ready", "worker": "not running"}


def test_a_worker_is_told_of_and_no_condition(client, settings):
    with locked(settings.instance / "worker.lock"):
        assert client.get("/readyz").json == {"status": "ready", "worker": "running"}


def test_neither_sets_a_cookie_nor_writes(app, client, settings):
    for address in ("/healthz", "/readyz"):
        assert "Set-Cookie" not in client.get(address).headers
    with app.app_context():
        assert prediction_log.count() == 0
    assert not list((settings.instance / "recordings").iterdir())


def causes(client, settings):
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json["status"] == "not ready"
    assert str(settings.instance) not in response.text
    return response.json["causes"]


def test_a_log_that_does_not_answer(client, settings, monkeypatch):
    def broken():
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr(prediction_log, "check", broken)
    assert causes(client, settings) == {"log": "The log cannot be written."}


def test_a_log_that_can_only_be_read(app, client, settings):
    with app.app_context(), db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")
    assert set(causes(client, settings)) == {"log"}


def test_a_full_disk(client, settings, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9 - 10**7, 10**7))
    assert causes(client, settings) == {"disk": "The disk is nearly full."}


def test_a_folder_that_cannot_be_written(client, settings, monkeypatch):
    def read_only(**_):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(tempfile, "TemporaryFile", read_only)
    assert causes(client, settings) == {"disk": "The instance folder cannot be written."}


def test_no_model_that_can_hear(make_app, settings):
    deaf = {"ann": FakeRecognizer(card("ann"), missing="Install something.")}
    client = make_app(replace(settings, default_model="ann"), deaf).test_client()
    assert causes(client, settings) == {"models": "No model can hear."}
