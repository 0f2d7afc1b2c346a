"""`flask set-password`, and that others are kept out while there is no password."""

import pytest

from webapp.config import SettingError
from webapp.guard.listening import hosts_of_flask_run, is_loopback, kept_password, refuse_open_door

LONG = "correct horse battery staple"


@pytest.fixture
def run(app):
    def invoke(*words, given=None):
        return app.test_cli_runner().invoke(args=["set-password", *words], input=given)

    return invoke


@pytest.fixture
def password(app, settings):
    return kept_password(settings.instance)


def test_it_is_asked_for_twice_and_not_shown(run, password):
    done = run(given=f"{LONG}\n{LONG}\n")
    assert done.exit_code == 0
    assert LONG not in done.output
    assert "The password is set." in done.output
    assert password.matches(LONG)


def test_scripts_may_pipe_it(run, password):
    assert run("--stdin", given=f"{LONG}\r\n").exit_code == 0
    assert password.matches(LONG)


@pytest.mark.parametrize("given", ["", "\n", "fourteen chars\n", "x" * 1001])
def test_it_must_be_long_enough(run, password, given):
    done = run("--stdin", given=given)
    assert done.exit_code == 1
    assert "15 to 1000 characters" in done.output
    assert not password.is_set


@pytest.mark.parametrize("given", ["aaaaaaaaaaaaaaa", "1" * 64, "日本語日本語日本語日本語日本語"])
def test_no_other_rule_is_made(run, password, given):
    assert run("--stdin", given=given).exit_code == 0
    assert password.matches(given)


def test_two_that_differ_set_nothing(run, password):
    assert run(given=f"{LONG}\n{LONG}!\n").exit_code != 0
    assert not password.is_set


def test_it_can_be_removed(run, password):
    run("--stdin", given=LONG)
    assert "removed" in run("--remove").output
    assert not password.is_set
    assert "not set" in run("--remove").output


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "localhost", "::1", "::ffff:127.0.0.1"])
def test_loopback(host, password):
    assert is_loopback(host)
    refuse_open_door([host], password)


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "::", "", "192.0.2.1", "fe80::1%eth0", "tonelog.example", "localhost.example"],
)
def test_others_are_kept_out_until_there_is_one(host, run, password):
    assert not is_loopback(host)
    with pytest.raises(SettingError, match="flask set-password"):
        refuse_open_door(["127.0.0.1", host], password)
    run("--stdin", given=LONG)
    refuse_open_door(["127.0.0.1", host], password)


def test_only_flask_run_listens(app):
    assert hosts_of_flask_run() == []
