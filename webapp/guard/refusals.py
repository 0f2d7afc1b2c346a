"""Why somebody is turned away, each with a stable code and a way out in words."""

from webapp.speech.errors import SpeechError
from webapp.speech.words import N_


class WrongHost(SpeechError):
    """The request calls this copy by a name that is not its own."""

    code = "wrong_host"


class Stranger(SpeechError):
    """Somebody from another machine, where no password is set."""

    code = "password_not_set"


class Foreign(SpeechError):
    """The request was made by a page of somebody else."""

    code = "cross_site"


class LoginNeeded(SpeechError):
    """There is a password, and nobody has given it in this session."""

    code = "login_needed"


class WrongPassword(SpeechError):
    """The password is another one."""

    code = "wrong_password"


class TokenNeeded(SpeechError):
    """There is a password, and a program shows no token."""

    code = "token_needed"

    def __init__(self) -> None:
        super().__init__(
            "This needs a token. Make one with `.venv/bin/flask token make NAME`, "
            "and send it as `Authorization: Bearer TOKEN`."
        )


class WrongToken(SpeechError):
    """No token of that kind was made, or it was revoked."""

    code = "wrong_token"

    def __init__(self) -> None:
        super().__init__(
            "This token is none of those made here, or it was revoked. "
            "Make another with `.venv/bin/flask token make NAME`."
        )


class CountsAway(SpeechError):
    """The store of the counts does not answer."""

    code = "counts_unavailable"


class TooOften(SpeechError):
    """More requests in a while than the setting allows."""

    code = "too_often"

    def __init__(self, what: str, seconds: int) -> None:
        super().__init__(what % {"while": in_words(seconds)})
        self.seconds = seconds


class Crowded(SpeechError):
    """More listen at once than this copy can hear."""

    code = "crowded"
    seconds = 2

    def __init__(self) -> None:
        super().__init__(
            N_("More people speak here at once than can be heard. Just go on, or wait.")
        )


def in_words(seconds: int) -> str:
    """`42 s`, `3 min`, `2 h`: never less than it is, and the same in all languages."""
    for size, unit in ((3600, "h"), (60, "min")):
        if seconds > 2 * size:
            return f"{-(-seconds // size)} {unit}"
    return f"{seconds} s"
