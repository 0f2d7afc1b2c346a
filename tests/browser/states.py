"""Every page of Tonelog in every state, and how to get there.

Add a `State` here and it is held to all that `test_axe.py` asks of every page. An address may name
things of the `World`, in braces.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass, replace

from flask import abort, request
from playwright.sync_api import Page, expect

from tests import fakes, traces
from tests.fakes import PROBABILITIES, TidyClient, Visitor, fake_recognizers
from tests.sounds import encode, silence, voice
from tests.test_batches import announce
from tests.test_batches import send as send_file
from tests.working import work
from webapp import job_log, sayings
from webapp.factory import create_app
from webapp.guard.listening import kept_password
from webapp.speech.emotions import Emotion
from webapp.speech.quality import Remark
from webapp.submission import desk
from webapp.tables import Prediction, Source
from webapp.transactions import writing

PASSWORD = "correct horse battery staple"
REFUSED = """navigator.mediaDevices.getUserMedia = async () => {
  throw new DOMException("", "NotAllowedError"); };"""
ASKING = "navigator.mediaDevices.getUserMedia = () => new Promise(() => {});"

Act = Callable[[Page], None]


@dataclass(frozen=True)
class State:
    """A page as somebody finds it."""

    name: str
    address: str
    act: Act | None = None
    copy: str = "full"
    script: str = ""
    status: int = 200


# ---------------------------------------------------------------- What is done on a page


def pressed(*names: str, until: str = "") -> Act:
    """Press buttons, or what else is called so, one after the other."""

    def act(page: Page) -> None:
        for name in names:
            page.get_by_role("button", name=name, exact=True).click()
        if until:
            expect(page.locator(until).first).to_be_visible()

    return act


def opened(page: Page) -> None:
    """Open all that folds."""
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")


def chosen(page: Page) -> None:
    sound = encode("wav-16", voice(1.0))
    files = [
        {"name": f"{'long name ' * 9}{n}.wav", "mimeType": "audio/wav", "buffer": sound}
        for n in range(1)
    ]
    page.locator("#audio").set_input_files(files)
    expect(page.locator("#chosen")).to_be_visible()


def sending(page: Page) -> None:
    page.route("**/upload", lambda _: None)  # is never answered
    chosen(page)
    page.locator("#upload [type=submit]").click()
    expect(page.locator("#sending")).to_be_visible()


def nothing_chosen(page: Page) -> None:
    page.locator("#upload [type=submit]").click()
    expect(page.get_by_role("alert")).to_be_visible()


def recorded(page: Page) -> None:
    page.locator("#record").click()
    expect(page.locator("#studio")).to_have_attribute("data-state", "recording")
    page.wait_for_function("() => document.getElementById('time').textContent !== '0:00'")
    page.locator("#stop").click()
    expect(page.locator("#studio")).to_have_attribute("data-state", "recorded")


def heard_live(page: Page) -> None:
    page.locator("#listen").click()
    expect(page.locator("#trace rect.heard").first).to_be_attached()


def live_and_stopped(page: Page) -> None:
    heard_live(page)
    page.locator("#stop").click()
    expect(page.locator("#live")).to_have_attribute("data-state", "stopped")


def playing(page: Page) -> None:
    expect(page.locator("#recording.alive")).to_have_count(1)
    opened(page)


def asked_whether_to_delete(page: Page) -> None:
    page.locator(".log-delete > .button").first.click()
    expect(page.locator(".ask:popover-open")).to_be_visible()


def ticked(page: Page) -> None:
    page.locator(".log-tick input").first.check()
    expect(page.locator("#ticked")).to_be_visible()


def deleting_several(page: Page) -> None:
    ticked(page)
    page.locator("#several .button-danger").click()
    expect(page.locator("[name=sure]")).to_have_count(1)


def logging_in(password: str) -> Act:
    def act(page: Page) -> None:
        page.locator("#password").fill(password)
        with page.expect_navigation():
            page.keyboard.press("Enter")

    return act


# ---------------------------------------------------------------- All states

RESULTS = (
    State("result", "{named}", playing),
    State("result unnamed", "{unnamed}"),
    State("result of twins", "{twins}"),
    State("result unlike training", "{unlike}"),
    State("result with a timeline", "{long}", playing),
    State("result without audio", "{silent}", opened),
    State("result with all that can be said", "{fullest}", opened),
    State("closer look", "{named}/closer"),
    State("all models", "{named}/models"),
)

JOBS = (
    State("jobs", "/jobs"),
    State("job that waits", "{waiting}"),
    State("job that runs", "{running}"),
    State("job that failed", "{failed}"),
    State("job interrupted", "{interrupted}"),
    State("job cancelled", "{cancelled}"),
    State("batches", "/batches"),
    State("batch under way", "{under_way}"),
    State("batch that is done", "{done}", opened),
)

GIVING = (
    State("upload", "/upload"),
    State("upload chosen", "/upload", chosen),
    State("upload sending", "/upload", sending),
    State("upload error", "/upload", nothing_chosen),
    State("record", "/record"),
    State("record asking", "/record", pressed("Record", until="#cancel"), script=ASKING),
    State("record recording", "/record", pressed("Record", until="#stop")),
    State("record preview", "/record", recorded),
    State("record denied", "/record", pressed("Record", until="[role=alert]"), script=REFUSED),
    State("live", "/live"),
    State("live listening", "/live", heard_live),
    State("live stopped", "/live", live_and_stopped),
    State("live denied", "/live", pressed("Listen", until="[role=alert]"), script=REFUSED),
)

READING = (
    State("home", "/"),
    State("models", "/models"),
    State("models opened", "/models", opened),
    State("history", "/history"),
    State("history, a later page", "/history?page=2"),
    State("history, deleting one", "/history", asked_whether_to_delete),
    State("history, some ticked", "/history", ticked),
    State("history, filtered", "/history?emotion=happy&words=x&since=2020-01-01", opened),
    State("history, nothing matches", "/history?words=nothing+is+called+so", opened),
    State("history, not understood", "/history?since=soon", status=400),
    State("history, deleting several", "/history", deleting_several),
    State("emotions over days", "/history/days", opened),
    State("nothing over days", "/history/days?words=nothing+is+called+so"),
    State("for programs", "/api/"),
    State("for programs, opened", "/api/", opened),
    State("delete all", "/history/delete"),
    State("kept", "/kept"),
)

EMPTY = (
    State("no history", "/history", copy="empty"),
    State("no batches", "/batches", copy="empty"),
    State("no jobs", "/jobs", copy="empty"),
    State("nothing to delete", "/history/delete", copy="empty"),
    State("nothing kept", "/kept", copy="empty"),
    State("no days", "/history/days", copy="empty"),
)

DOOR = (
    State("login", "/login", copy="guarded"),
    State("wrong password", "/login", logging_in("a wrong one"), copy="guarded"),
    State("inside", "/login", logging_in(PASSWORD), copy="guarded"),
)

ERRORS = tuple(
    State(f"error {status}", f"/?refuse={status}", status=status)
    for status in (400, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503)
)

STATES = (*READING, *RESULTS, *JOBS, *GIVING, *EMPTY, *DOOR, *ERRORS)


# ---------------------------------------------------------------- Copies with something in them


@dataclass(frozen=True)
class World:
    """A copy in which everything has happened, and the addresses of it."""

    app: object
    places: dict[str, str]

    def address(self, state: State) -> str:
        """Where a state is found."""
        return state.address.format(**self.places)


def make_app(settings, decoders, recognizers=None):
    app = create_app(settings, recognizers or fake_recognizers(), decoders)
    app.test_client_class = TidyClient
    return app


def empty_copy(settings, decoders):
    """A copy in which nothing has happened yet."""
    return World(make_app(settings, decoders), {})


def guarded_copy(settings, decoders):
    """A copy with a password."""
    app = make_app(settings, decoders)
    kept_password(settings.instance).set(PASSWORD)
    return World(app, {})


def full_copy(settings, decoders):
    """A copy in which everything has happened."""
    recognizers = fake_recognizers()
    app = make_app(replace(settings, instant_seconds=5.0), decoders, recognizers)
    app.before_request(lambda: _refused(request.args.get("refuse")))
    visitor = Visitor(app.test_client())
    places = {**_results(app, visitor, recognizers["cnn_lstm"])}
    places |= _batches(app, visitor)
    places |= _jobs(app)
    return World(app, places)


def _refused(status):
    if status is not None:
        abort(int(status))


def _results(app, visitor, recognizer):
    sound = encode("wav-16", voice(1.5))
    kinds = {
        "unlike": (PROBABILITIES, True),
        "twins": (fakes.TWINS, False),
        "unnamed": (fakes.UNCLEAR, True),
        "named": (PROBABILITIES, False),
    }
    places = {}
    for name, (probabilities, recognizer.unlike) in kinds.items():
        recognizer.probabilities = probabilities
        places[name] = visitor.sent(sound, f"{name} {'x' * 160}.wav")
    six = encode("wav-16", voice(6.0))
    shares = {str(emotion): share for emotion, share in PROBABILITIES.items()}
    places["long"] = traces.logged(app, traces.SIX_SECONDS, six, shares=shares)
    places["silent"] = traces.logged(app, traces.SIX_SECONDS, None, shares=shares)
    places["fullest"] = traces.logged(app, traces.many(400, 3600.0), six)
    with app.app_context():
        _say_all(places["fullest"].rpartition("/")[2])
    return places


def _say_all(prediction_id):
    """An hour with remarks, a long name, a long note, tags and a correction."""
    with writing() as session:
        prediction = session.get(Prediction, prediction_id)
        prediction.file_name = f"{'interview with somebody ' * 5}.wav"
        prediction.remarks = [Remark.UNLIKE_TRAINING]
    tags = ["speaker:Somebody with a long name", *(f"a tag of many words {n}" for n in range(4))]
    sayings.describe(prediction_id, note="word " * 80, tags=tags)
    sayings.correct(prediction_id, Emotion.SURPRISED, desk().now())


def _batches(app, visitor):
    sound, broken = encode("wav-16", voice(1.5)), b"This is no sound."
    places = {}
    for name, parts in (("done", (sound, sound, broken)), ("under_way", (sound, broken, None))):
        files = [(f"{name}/{n}{'x' * 90}.wav", len(part or sound)) for n, part in enumerate(parts)]
        told = announce(visitor, files).json
        for job, part in zip(told["files"], parts, strict=True):
            if part is not None:
                send_file(visitor, told["location"], job, part)
        places[name] = told["location"]
        work(app)
    return places


def _jobs(app):
    """A job in each state; none is left for a worker to run."""
    sound = encode("wav-16", voice(6.0))
    places = {}
    with app.app_context():
        at = desk()

        def put_off(name, data=sound):
            asked = {"source": Source.UPLOAD, "file_name": f"{name} {'y' * 150}.wav"}
            job_id = at.put_off(io.BytesIO(data), **asked).id
            places[name] = f"/jobs/{job_id}"
            return job_id

        put_off("failed", encode("wav-16", silence(6.0)))
    work(app)
    with app.app_context():
        for name in ("interrupted", "cancelled", "running", "waiting"):
            job_id = put_off(name)
            if name == "cancelled":
                job_log.cancel(job_id)
            elif name != "waiting":
                job_log.claim(job_id, at.now())
                job_log.beat(job_id, 0.42, at.now())
            if name == "interrupted":
                job_log.lose(job_id)
                job_log.claim(job_id, at.now())
                job_log.lose(job_id)
    return places
