"""What was measured on the same corpora, ready to be compared."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from training.recipe import Claim
from training.reporting.reasons import Reason
from training.seeds import Seeds
from training.splits import STRICT

NOT_MEASURED = "not measured"

SINGLE = (
    "random_split",
    "random_split_peeking",
    "random_5fold",
    "speaker_5fold",
    "leave_one_speaker_out",
)
SEVERAL = ("random_split", "merged", "cross_corpus")
"""The protocols that one corpus is compared under, and several."""

LEAKS = (
    ("random_split", "speaker_5fold"),
    ("random_split", "leave_one_speaker_out"),
    ("random_5fold", "speaker_5fold"),
    ("random_5fold", "leave_one_speaker_out"),
    ("random_split", "merged"),
)
"""What the leak is the difference of: the first pair that a recipe was measured under."""

SPOKEN = {
    "ravdess": "RAVDESS",
    "ravdess_song": "RAVDESS song",
    "tess": "TESS",
    "emodb": "EmoDB",
    "crema_d": "CREMA-D",
    "savee": "SAVEE",
    "iesc": "IESC",
}
"""Corpora as their authors write them."""


@dataclass(frozen=True)
class Comparison:
    """Everything that was measured on the same clips."""

    corpora: tuple[str, ...]
    checksum: str
    seeds: tuple[Seeds, ...]

    @property
    def title(self) -> str:
        """The corpora, their clips and speakers."""
        run = self.seeds[0].run
        return f"{names(self.corpora)}: {run.clips:,} clips, {run.speakers} speakers"

    @property
    def protocols(self) -> tuple[str, ...]:
        """Those that belong to such corpora, and what else was measured."""
        usual = SINGLE if len(self.corpora) == 1 else SEVERAL
        others = {seeds.run.protocol for seeds in self.seeds} - set(usual)
        return (*usual, *sorted(others))

    @property
    def recipes(self) -> list[str]:
        """Measured recipes, the best on new speakers first."""
        found = sorted({seeds.run.recipe.name for seeds in self.seeds})
        return sorted(found, key=lambda recipe: -self.independent_uar(recipe))

    def of(self, recipe: str, protocol: str) -> Seeds | None:
        """What was measured of a recipe under a protocol."""
        return self.first(recipe, [protocol])

    def first(self, recipe: str, protocols: Iterable[str]) -> Seeds | None:
        """What was measured of a recipe under the first of some protocols that it was."""
        mine = {s.run.protocol: s for s in self.seeds if s.run.recipe.name == recipe}
        return next((mine[protocol] for protocol in protocols if protocol in mine), None)

    def independent_uar(self, recipe: str) -> float:
        """UAR under the first strict protocol that was measured; 0 where none was."""
        seeds = self.first(recipe, STRICT)
        return seeds.figures.uar if seeds else 0.0

    def leak_pair(self, recipe: str) -> tuple[str, str] | None:
        """The two protocols whose difference is called the leak of a recipe."""
        return next((pair for pair in LEAKS if all(self.of(recipe, one) for one in pair)), None)

    def empty(
        self, recipes: Iterable[str], reasons: Sequence[Reason]
    ) -> dict[tuple[str, str], str]:
        """Why each recipe was not measured under each protocol that it was not measured under."""
        return {
            (recipe, protocol): why(reasons, recipe, protocol, self.corpora)
            for recipe in recipes
            for protocol in self.protocols
            if not self.of(recipe, protocol)
        }


def comparisons(measured: Sequence[Seeds]) -> list[Comparison]:
    """Runs put together by their data: single corpora first, what was measured most first."""
    groups: dict[tuple[tuple[str, ...], str], list[Seeds]] = {}
    for seeds in measured:
        groups.setdefault((seeds.run.corpora, seeds.run.data_checksum), []).append(seeds)
    found = [Comparison(*key, tuple(group)) for key, group in groups.items()]
    return sorted(found, key=lambda one: (len(one.corpora), -len(one.seeds), one.corpora))


def nearest(found: Iterable[Comparison], recipe: str, claim: Claim) -> Comparison | None:
    """Where a claim is best tested: on its corpora, or on as many of them as were measured.

    A claim that names no corpora was made on other ones: the largest that we have stand for them.
    """
    tested = [
        one
        for one in found
        if one.of(recipe, claim.protocol)
        and (not claim.corpora or set(one.corpora) <= set(claim.corpora))
    ]
    return max(tested, key=lambda one: (len(one.corpora), one.seeds[0].run.clips), default=None)


def why(reasons: Sequence[Reason], recipe: str, protocol: str, corpora: Sequence[str]) -> str:
    """Why a cell is empty: the first reason that explains it."""
    texts = (reason.reason for reason in reasons if reason.explains(recipe, protocol, corpora))
    return next(texts, NOT_MEASURED)


def names(corpora: Iterable[str]) -> str:
    """Corpora by the names that their authors gave them; those of one's own as they are called."""
    return " + ".join(SPOKEN.get(corpus, corpus) for corpus in corpora) or "other corpora"
