"""Tokens: what programs show to be let in.

Each is shown once, when it is made. Only its digest is kept, and no slow one: unlike a password, a
token of 256 random bits cannot be guessed from it.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select

from webapp.speech.errors import SpeechError
from webapp.tables import Token
from webapp.transactions import reading, writing

BEGINNING = "tonelog_"
"""Of every token, so that people and scanners know one where they see it."""

LONGEST_NAME = 64


class BadTokenName(SpeechError):
    """No token can be called that."""

    code = "bad_token_name"

    def __init__(self) -> None:
        super().__init__(f"Give the token a name of 1 to {LONGEST_NAME} characters that are seen.")


class TokenExists(SpeechError):
    """Another token has that name."""

    code = "token_exists"

    def __init__(self) -> None:
        super().__init__("There is a token of that name. Choose another name, or revoke that one.")


class NoSuchToken(SpeechError):
    """No token of that name."""

    code = "no_such_token"

    def __init__(self) -> None:
        super().__init__(
            "There is no token of that name. `flask token list` names those there are."
        )


def make(name: str, now: datetime) -> str:
    """A new token, which nobody is ever told again; raises `BadTokenName` and `TokenExists`."""
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadTokenName
    token = BEGINNING + secrets.token_urlsafe(32)
    with writing() as session:
        if session.get(Token, name) is not None:
            raise TokenExists
        session.add(Token(name=name, digest=_digest(token), created_at=now))
    return token


def holder(token: str, now: datetime) -> str | None:
    """The name of a token, None if there is none like it; the day of its use is noted."""
    with reading() as session:
        found = session.scalar(select(Token).where(Token.digest == _digest(token)))
    if found is None:
        return None
    if found.used_at is None or found.used_at.date() != now.date():
        _use(found.name, now)
    return found.name


def made() -> Sequence[Token]:
    """All tokens there are, by name."""
    with reading() as session:
        return session.scalars(select(Token).order_by(Token.name)).all()


def revoke(name: str) -> None:
    """Let nobody in with that token any more; raises `NoSuchToken`."""
    with writing() as session:
        if session.get(Token, name) is None:
            raise NoSuchToken
        session.execute(delete(Token).where(Token.name == name))


def _use(name: str, now: datetime) -> None:
    """Note the day, and nothing finer."""
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    with writing() as session:
        found = session.get(Token, name)
        if found is not None:
            found.used_at = day


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
