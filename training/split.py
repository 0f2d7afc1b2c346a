"""A split: which clips a network is trained on, which choose its epoch, which it is measured on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from training.utterance import Utterance
from webapp.speech.figures import readable


@dataclass(frozen=True)
class Split:
    """Clips to train on, to choose the epoch by, to measure on. No test speaker is in two of them.

    `leaks` marks the protocols that are named for breaking this. Test clips of `members` are these.
    """

    name: str
    training: tuple[Utterance, ...]
    validation: tuple[Utterance, ...]
    test: tuple[Utterance, ...]
    leaks: bool = False
    members: tuple["Split", ...] = ()
    """Where several networks answer together, what each is trained on and chosen by."""

    def __post_init__(self) -> None:
        heard = speakers(self.training) | speakers(self.validation)
        if not self.leaks and heard & speakers(self.test):
            raise ValueError(f"{self.name}: a test speaker is in another part of the split")
        if set(self.training) & {*self.validation, *self.test}:
            raise ValueError(f"{self.name}: a clip is trained on and in another part of the split")
        if any(member.test != self.test for member in self.members):
            raise ValueError(f"{self.name}: its members have other test clips")

    @property
    def listing(self) -> "Listing":
        """Which clips are where."""
        return Listing(
            training=tuple(u.full_name for u in self.training),
            validation=tuple(u.full_name for u in self.validation),
            test=tuple(u.full_name for u in self.test),
        )


def shared(members: Sequence[Split]) -> Split:
    """One split of several members: who chose the epoch of any of them counts as validation."""
    first = members[0]
    chose = {clip for member in members for clip in member.validation}
    everybody = sorted([*first.training, *first.validation])
    return replace(
        first,
        training=tuple(clip for clip in everybody if clip not in chose),
        validation=tuple(sorted(chose)),
        members=tuple(members),
    )


class Listing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which clips were where, as corpus/speaker/name, for whoever checks a figure."""

    training: tuple[str, ...]
    validation: tuple[str, ...]
    test: tuple[str, ...]

    def save(self, path: Path) -> None:
        """Write as JSON."""
        path.write_bytes(readable(self))

    @classmethod
    def load(cls, path: Path) -> "Listing":
        """Read what `save` wrote."""
        return msgspec.json.decode(path.read_bytes(), type=cls)


def voices(clips: Sequence[str]) -> tuple[str, ...]:
    """The speakers, as corpus/speaker, of listed clips, sorted."""
    return tuple(sorted({clip.rpartition("/")[0] for clip in clips}))


def speakers(utterances: Sequence[Utterance]) -> set[str]:
    """The speakers of some utterances, as corpus/speaker."""
    return {utterance.voice for utterance in utterances}
