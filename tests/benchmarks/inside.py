"""In one warm process: bytes to probabilities, the network alone, and the floor."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial

from tests.benchmarks.measuring import Times, alternately, amount
from tests.benchmarks.setting import Setting, Subject
from tests.benchmarks.table import Row

RUNS = 200

ONE_OF_EACH = ("decode", "resample", "mfcc", "network")
"""The parts of hearing a clip."""


@contextmanager
def subjects(setting: Setting) -> Iterator[tuple[Subject, Subject]]:
    """Ours and the reference, with the same clip."""
    file = setting.new_folder("clip") / "clip.wav"
    file.write_bytes(setting.clip())
    with (
        closing(Subject("ours", setting, file)) as ours,
        closing(Subject("reference", setting, file)) as reference,
    ):
        yield ours, reference


def compared(setting: Setting, pairs: dict[str, str]) -> list[Times]:
    """Times of acts of ours and of the reference's, all in turn: those of ours first."""
    with subjects(setting) as (ours, reference):
        acts = [partial(ours.milliseconds, act) for act in pairs]
        acts += [partial(reference.milliseconds, act) for act in sorted(set(pairs.values()))]
        return alternately(acts, setting.times(RUNS))


def bytes_to_probabilities(setting: Setting) -> Iterator[Row]:
    """What the network needs, and with what only ours asks: whether anybody speaks."""
    whole, served, reference = compared(setting, {"whole": "whole", "served": "whole"})
    for what, ours in (
        ("3-second WAV, bytes to probabilities", whole),
        ("the same with quality and speech checked, as served", served),
    ):
        ratio = reference.median / ours.median
        yield faster(what, ratio, str(ours), str(reference), 10)


def network(setting: Setting) -> Iterator[Row]:
    """One window through the network."""
    ours, reference = compared(setting, {"network": "network"})
    ratio = reference.median / ours.median
    yield faster("network alone", ratio, str(ours), str(reference), 50)


def floor(setting: Setting) -> Iterator[Row]:
    """The whole path against one of each of its parts, and against as many as it has of each."""
    file = setting.new_folder("clip") / "clip.wav"
    file.write_bytes(setting.clip())
    names = ("whole", *ONE_OF_EACH, "speeds", "inputs")
    with closing(Subject("ours", setting, file)) as ours:
        acts = [partial(ours.milliseconds, act) for act in names]
        found = dict(zip(names, alternately(acts, setting.times(RUNS)), strict=True))
    medians = {name: times.median for name, times in found.items()}
    once = sum(medians[name] for name in ONE_OF_EACH)
    heard = speeds(setting)
    every = medians["decode"] + medians["resample"] + medians["speeds"] + medians["inputs"]
    every += heard * medians["mfcc"]
    told = ", ".join(f"{name} {amount(medians[name])}" for name in ONE_OF_EACH)
    for what, parts, more in (
        ("whole path over decode, resample, one MFCC, one LiteRT call", once, f" ({told})"),
        (f"whole path over its parts, {heard} speeds each with its MFCC", every, ""),
    ):
        ratio = medians["whole"] / parts
        ours_told, parts_told = f"{amount(medians['whole'])} ms", f"{amount(parts)} ms{more}"
        yield Row(
            what, f"{ratio:.2f} times", ours_told, parts_told, "within 1.3 times", ratio <= 1.3
        )


def speeds(setting: Setting) -> int:
    """At how many speeds a clip is heard."""
    from webapp.speech.bundle import read_card

    return len(read_card(setting.bundle).features.speeds)


def faster(what: str, ratio: float, ours: str, reference: str, goal: float) -> Row:
    """A row about speed."""
    return Row(
        what,
        f"{ratio:.1f} times faster",
        ours,
        reference,
        f"at least {goal:g} times",
        ratio >= goal,
    )
