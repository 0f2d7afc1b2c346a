"""Looking closer at a prediction: what its model heard in a stretch of the kept recording.

That takes a model hundreds of times as long as to hear it once, so in each process one is looked
at after the other, and those that were looked at last are remembered.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from webapp import pictures
from webapp.guard.refusals import Crowded
from webapp.guard.turns import Turns
from webapp.opinions import Opinions, opinions
from webapp.speech.bundle import Card
from webapp.speech.errors import SpeechError
from webapp.speech.evidence import Evidence, what_was_heard
from webapp.speech.words import N_
from webapp.stretch import Stretch, sound
from webapp.submission import Desk
from webapp.tables import Prediction

AT_ONCE, WAITING = 1, 4
"""Of each worker."""

REMEMBERED = 16


Thing = TypeVar("Thing")


class ModelGone(SpeechError):
    """The model that gave a prediction is not installed, or in another version."""

    code = "model_gone"

    def __init__(self) -> None:
        super().__init__(
            N_(
                "The model that heard this is no longer installed in that version, so it cannot "
                "be asked what it heard. Hear the recording again with another one, and look there."
            )
        )


class TooManyLooks(SpeechError):
    """Too much is being looked at just now."""

    code = "too_many_looks"

    def __init__(self) -> None:
        super().__init__(N_("Others are looking closer just now, too. Try again in a few seconds."))


class Look(NamedTuple):
    """What was found in a stretch. Times in the evidence count from its start."""

    card: Card
    """Of the model that was looked at."""
    evidence: Evidence
    spectrogram: bytes
    """As PNG."""


class _Memory(Generic[Thing]):
    """What was made last, under the key that it was made for. Threads share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._things: OrderedDict[object, Thing] = OrderedDict()

    def get(self, key: object) -> Thing | None:
        """What is remembered under a key."""
        with self._lock:
            if key in self._things:
                self._things.move_to_end(key)
            return self._things.get(key)

    def keep(self, key: object, thing: Thing) -> None:
        """Remember it, and forget what was asked for longest ago."""
        with self._lock:
            self._things[key] = thing
            while len(self._things) > REMEMBERED:
                self._things.popitem(last=False)


class Closer:
    """Looks closer, and remembers what it saw last. Threads share it."""

    def __init__(self) -> None:
        self._turns = Turns(AT_ONCE, WAITING)
        self._looks = _Memory[Look]()
        self._opinions = _Memory[Opinions]()

    def look(self, desk: Desk, prediction: Prediction, stretch: Stretch) -> Look:
        """What the model of a prediction heard in a stretch of it.

        Raises `ModelGone`, `NotKept`, `TooManyLooks`, and what decoding and hearing raise.
        """
        recognizer = desk.speaker(prediction)
        if recognizer is None:
            raise ModelGone

        def make() -> Look:
            waveform = sound(desk, prediction, stretch)
            evidence = what_was_heard(recognizer, waveform)
            return Look(recognizer.card, evidence, pictures.spectrogram_png(waveform))

        return self._once(self._looks, (prediction.id, stretch), make)

    def ask_everybody(self, desk: Desk, prediction: Prediction) -> Opinions:
        """What every model hears in the whole of a recording; raises as `look` does."""

        def make() -> Opinions:
            waveform = sound(desk, prediction, Stretch(0.0, prediction.seconds))
            return opinions(list(desk.recognizers.values()), waveform)

        return self._once(self._opinions, prediction.id, make)

    def _once(self, memory: _Memory[Thing], key: object, make: Callable[[], Thing]) -> Thing:
        """What is remembered under a key, or made now, when its turn has come."""
        found = memory.get(key)
        if found is not None:
            return found
        try:
            with self._turns.turn():
                found = memory.get(key) or make()  # it may have been made while this one waited
        except Crowded as error:
            raise TooManyLooks from error
        memory.keep(key, found)
        return found
