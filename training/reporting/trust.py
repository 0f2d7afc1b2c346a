"""How far answers can be believed: confidence, worse recordings, other corpora."""

from collections.abc import Sequence

from training.reporting.comparison import Comparison, names
from training.reporting.gallery import FOLDER, independent, name
from training.reporting.markdown import percent, spread, table
from training.seeds import Seeds
from webapp.speech.bundle import Card

CONFIDENCE = """## Confidence

How far it can be believed on speakers never heard. **Surest** is the accuracy on the 70% of the
clips with the highest confidence; **named**, how many clips an emotion is named for (of the others
the page says "no clear emotion"), **rightly**, how often that is right; **unlike**, how many are
taken for unlike anything in training. Temperature and thresholds come from validation clips.
"""

DAMAGE = """## Worse recordings

Test clips of the split that a network has never heard, damaged and heard again, by the recipe of
each released bundle; seed {seeds}. The first line is UAR in percent, the others what it changes by
in points, and in parentheses for how many percent of the clips the likeliest emotion is another.
Noise goes all through the clip, its distance is that of mean powers of the whole clip.
"""

ELSEWHERE = """## Other corpora

The released weights themselves on corpora that they never heard a clip of. The UAR is that over the
emotions that the corpus shares with training, where an answer that is none of them is wrong;
**among** is the same where they alone are there to choose from. Chance is always naming the same
one.
"""


def confidence(found: Sequence[Comparison]) -> str:
    """Each recipe's confidence on speakers never heard, and a diagram of the best one's."""
    parts = []
    for one in found:
        if listed := independent(one):
            parts += [f"### {names(one.corpora)}\n", _believed(listed)]
    diagrams = [seeds for one in found[:1] for seeds in independent(one)[:1]]
    parts += [
        f"![Reliability of {seeds.run.recipe.name}: how often its answers are right beside how "
        f"sure they are, and how many are that sure]({FOLDER}/{name('reliability', seeds)})\n"
        for seeds in diagrams
    ]
    return "\n".join([CONFIDENCE, *parts]) if parts else ""


def _believed(listed: Sequence[Seeds]) -> str:
    header = ["recipe", "protocol", "accuracy", "ECE", "surest", "named", "rightly", "unlike"]
    rows = [
        [
            f"`{seeds.run.recipe.name}`",
            f"`{seeds.run.protocol}`",
            spread(seeds, lambda figures: figures.accuracy),
            spread(seeds, lambda figures: figures.calibration_error),
            spread(seeds, lambda figures: figures.surest),
            spread(seeds, lambda figures: figures.named),
            spread(seeds, lambda figures: figures.named_right),
            spread(seeds, lambda figures: figures.unlike),
        ]
        for seeds in listed
    ]
    return table(header, rows)


def damage(cards: Sequence[Card]) -> str:
    """What damage costs each bundle that was measured so; empty where none was."""
    found = [(card, card.robustness) for card in cards if card.robustness]
    if not found:
        return ""
    seeds = ", ".join(sorted({str(measured.seed) for _, measured in found}))
    titles = dict.fromkeys(one.title for _, measured in found for one in measured.degradations)
    costs = [
        {
            one.title: f"{100 * (one.uar - measured.uar):+.1f} ({percent(one.changed)})"
            for one in measured.degradations
        }
        for _, measured in found
    ]
    rows = [[title, *(cost.get(title, "–") for cost in costs)] for title in titles]
    plain = ["as they are", *(f"**{percent(measured.uar)}**" for _, measured in found)]
    commands = [f"- `{measured.command}`" for _, measured in found]
    header = ["recording", *(f"`{card.name}`" for card, _ in found)]
    return "\n".join([DAMAGE.format(seeds=seeds), table(header, [plain, *rows]), *commands, ""])


def elsewhere(cards: Sequence[Card]) -> str:
    """How each bundle does on other corpora; empty where that was not measured."""
    header = ["bundle", "corpus", "clips", "emotions", "UAR", "among", "chance", "named", "unlike"]
    rows = [
        [
            f"`{card.name}`",
            names([one.corpus]),
            f"{one.clips:,}",
            str(len(one.emotions)),
            *map(percent, (one.uar, one.among, one.chance, one.named, one.unlike)),
        ]
        for card in cards
        for one in card.elsewhere
    ]
    return f"{ELSEWHERE}\n{table(header, rows)}" if rows else ""
