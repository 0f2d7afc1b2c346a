"""Why a recipe was not measured under a protocol: a small table written by hand."""

import tomllib
from collections.abc import Sequence
from pathlib import Path

import msgspec

from training.run import RunError

ANY = "*"


class Reason(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Why some cells of the report are empty."""

    recipe: str
    protocol: str
    """Names, or `*` for every recipe or protocol."""
    corpora: tuple[str, ...]
    """The corpora of the cells, together; `*` alone stands for any."""
    reason: str

    def explains(self, recipe: str, protocol: str, corpora: Sequence[str]) -> bool:
        """Whether it is about this cell."""
        return (
            self.recipe in (ANY, recipe)
            and self.protocol in (ANY, protocol)
            and (self.corpora == (ANY,) or sorted(self.corpora) == sorted(corpora))
        )


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reasons: tuple[Reason, ...] = ()


def read_reasons(
    path: Path, recipes: Sequence[str], protocols: Sequence[str]
) -> tuple[Reason, ...]:
    """The reasons in a TOML file, none where there is no file.

    Raises `RunError` for an unknown key, recipe or protocol.
    """
    if not path.is_file():
        return ()
    try:
        reasons = msgspec.convert(tomllib.loads(path.read_text()), _Table).reasons
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise RunError(f"{path}: {error}") from error
    for reason in reasons:
        _check(reason.recipe, recipes, f"{path}: no recipe")
        _check(reason.protocol, protocols, f"{path}: no protocol")
    return reasons


def _check(name: str, known: Sequence[str], complaint: str) -> None:
    if name not in (ANY, *known):
        raise RunError(f"{complaint} is called {name!r}; known: {', '.join(known)}, {ANY}.")
