"""Tokens: what lets programs in where a password is set."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.test_api import API, problem
from webapp.guard import tokens
from webapp.guard.listening import kept_password

NOW = datetime(2026, 11, 21, 22, 33, tzinfo=UTC)


@pytest.fixture
def runner(app):
    return app.test_cli_runner()


@pytest.fixture
def made(app):
    """A token."""
    with app.app_context():
        return tokens.make("cron", NOW)


@pytest.fixture
def guarded(app, settings):
    """The same copy with a password, which nobody needs here."""
    kept_password(settings.instance).path.write_text("scrypt:32768:8:3$salt$hash")
    return app.test_client()


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def test_the_shell_makes_lists_and_revokes(runner, guarded):
    made = runner.invoke(args=["token", "make", "cron"])
    assert "not shown again" in made.stderr
    token = made.stdout.strip()
    assert runner.invoke(args=["token", "make", "cron"]).exit_code == 1
    assert runner.invoke(args=["token", "make", " "]).exit_code == 1
    assert ", never used" in runner.invoke(args=["token", "list"]).stdout
    assert guarded.get(f"{API}/models", headers=bearer(token)).status_code == 200
    assert "cron: made 20" in runner.invoke(args=["token", "list"]).stdout
    assert ", last used 20" in runner.invoke(args=["token", "list"]).stdout
    assert runner.invoke(args=["token", "revoke", "cron"]).exit_code == 0
    assert runner.invoke(args=["token", "revoke", "cron"]).exit_code == 1
    problem(guarded.get(f"{API}/models", headers=bearer(token)), 401, "wrong_token")


def test_tokens_are_random_and_kept_as_digests(settings, made):
    assert len(made.removeprefix(tokens.BEGINNING)) == 43
    with closing(sqlite3.connect(settings.instance / "tonelog.sqlite")) as log:
        kept = "\n".join(log.iterdump())
    assert made not in kept
    assert "cron" in kept


def test_its_use_is_noted_to_the_day(app, made):
    with app.app_context():
        assert tokens.holder(made, NOW) == "cron"
        [first] = tokens.made()
        assert tokens.holder(made, NOW + timedelta(hours=1)) == "cron"
        assert tokens.made()[0].used_at == first.used_at == NOW.replace(hour=0, minute=0)
        tokens.holder(made, NOW + timedelta(days=1))
        assert tokens.made()[0].used_at == first.used_at + timedelta(days=1)


def test_without_one_nothing_is_there(guarded):
    for address in ("/models", "/predictions", "/nowhere", "", "/openapi.json"):
        refused = guarded.get(f"{API}{address}")
        problem(refused, 401, "token_needed")
        assert refused.headers["WWW-Authenticate"] == "Bearer realm=Tonelog"
    for shown in ("Basic dTpw", "Bearer", "bearer ", "Token x"):
        refused = guarded.get(f"{API}/models", headers={"Authorization": shown})
        problem(refused, 401, "token_needed")


def test_wrong_ones_are_slowed_and_right_ones_never(guarded, made):
    for _ in range(5):
        refused = guarded.get(f"{API}/models", headers=bearer("tonelog_guess"))
        problem(refused, 401, "wrong_token")
        assert "invalid_token" in refused.headers["WWW-Authenticate"]
    refused = guarded.get(f"{API}/models", headers=bearer("tonelog_guess"))
    problem(refused, 429, "too_often")
    assert int(refused.headers["Retry-After"]) > 0
    assert guarded.get(f"{API}/models", headers=bearer(made)).status_code == 200
    assert guarded.get("/login").status_code == 200, "and people are not in its way"


def test_a_session_reads_the_description_and_nothing_else(guarded, app, monkeypatch):
    monkeypatch.setattr("webapp.guard.door.Door.is_inside", property(lambda _: True))
    assert guarded.get("/api/").status_code == 200
    told = guarded.get(f"{API}/openapi.json")
    assert told.json["security"] == [{"token": []}]
    assert (
        "`wrong_token`" in told.json["paths"]["/models"]["get"]["responses"]["401"]["description"]
    )
    problem(guarded.get(f"{API}/predictions"), 401, "token_needed")
    problem(guarded.delete(f"{API}/predictions/x"), 401, "token_needed")


def test_a_token_opens_no_page(guarded, made):
    assert guarded.get("/history", headers=bearer(made)).status_code == 303


def test_without_a_password_none_is_needed_here_and_none_helps_elsewhere(client, made):
    assert client.get(f"{API}/models").status_code == 200
    abroad = {"REMOTE_ADDR": "192.0.2.7"}
    refused = client.get(f"{API}/models", headers=bearer(made), environ_overrides=abroad)
    problem(refused, 403, "password_not_set")


def test_pages_of_others_change_nothing(client, kept, wav):
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "null"},
    ):
        sent = {"data": wav, "content_type": "audio/wav", "headers": headers}
        for method, address in (("POST", "/recognitions"), ("DELETE", "/predictions/x")):
            problem(client.open(f"{API}{address}", method=method, **sent), 403, "cross_site")
    assert not kept()


def test_our_own_pages_may(client, wav):
    headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    sent = {"data": wav, "content_type": "audio/wav", "headers": headers}
    assert client.post(f"{API}/recognitions", **sent).status_code == 201


def test_no_other_name_reaches_it(make_app, settings):
    client = make_app(replace(settings, hosts=())).test_client()
    refused = client.get(f"{API}/models", headers={"Host": "evil.example"})
    problem(refused, 400, "wrong_host")
