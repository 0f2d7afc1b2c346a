"""What corpora hold: counts beside the official ones, what is missing or extra, class balance."""

import textwrap
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from training import pictures
from training.corpora import examine
from training.corpora.loader import Found, Official
from webapp.speech.emotions import Emotion

BALANCE = "balance.svg"
SHOWN = 8
"""So many names of a list are printed."""


def survey(folders: Mapping[str, Path], out: Path | None) -> str:
    """A text on the corpora in `folders`; the class balance is drawn in `out`, where that is given.

    Raises `CorpusError` where a folder does not hold its corpus.
    """
    found = {name: examine(name, folder) for name, folder in folders.items()}
    counts = {name: emotions(one) for name, one in found.items()}
    parts = [description(name, one, folders[name]) for name, one in found.items()]
    parts.append(table(counts))
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / BALANCE).write_bytes(pictures.class_balance(counts))
        parts.append(f"The class balance is drawn in {out / BALANCE}.")
    return "\n\n".join(parts)


def emotions(found: Found) -> Counter[str]:
    """Clips that can be trained on, by each of the emotions, in their order."""
    counts = Counter(utterance.emotion for utterance in found.utterances)
    return Counter({emotion: counts[emotion] for emotion in Emotion})


def description(name: str, found: Found, folder: Path) -> str:
    """What one folder holds, in some lines."""
    lines = [_heading(name, found)]
    left_out = Counter(clip.emotion for clip in found.clips if not clip.known)
    for emotion, count in left_out.items():
        lines.append(f"left out: {count:,} of {emotion}, which has no place among our emotions")
    if found.official:
        lines += _against(found, found.official)
    if found.copies:
        lines.append(f"second copies, counted once: {found.copies:,}")
    if found.elsewhere:
        lines.append(f"clips of the corpus's other parts, passed over: {found.elsewhere:,}")
    if found.misnamed:
        files = _shortened(str(path.relative_to(folder)) for path in found.misnamed)
        lines.append(f"extra, sound files whose names do not fit: {len(found.misnamed):,}: {files}")
    if found.damaged:
        lines.append(f"damaged files, left out: {len(found.damaged):,}")
        lines += [f"  {one.path}: {one.reason}" for one in found.damaged[:SHOWN]]
    return "\n".join([lines[0], *map(_indented, lines[1:])])


def _heading(name: str, found: Found) -> str:
    speakers = {utterance.speaker: utterance.sex for utterance in found.utterances}
    sexes = Counter(sex or "not known" for sex in speakers.values())
    told = ", ".join(f"{count} {sex}" for sex, count in sorted(sexes.items()))
    clips = f"{len(found.utterances):,} clips, {len(speakers)} speakers ({told})"
    return f"{name}: {clips}, {found.seconds / 3600:.2f} hours"


def _against(found: Found, official: Official) -> list[str]:
    """What is missing or extra beside the official download."""
    here = frozenset(found.clips)
    if len(here) == official.clips and official.listed <= here:
        return [f"complete: all {official.clips:,} clips of the official download"]
    lines = [f"of the {official.clips:,} clips of the official download {len(here):,} are here"]
    speakers = Counter(clip.speaker for clip in here)
    absent = [speaker for speaker in official.speakers if not speakers[speaker]]
    if absent:
        lines.append(f"  missing speakers: {', '.join(absent)}")
    if uneven := _uneven(speakers, official.speakers, absent):
        lines.append(f"  by speaker: {', '.join(uneven)}")
    if uneven := _uneven(Counter(clip.emotion for clip in here), official.emotions):
        lines.append(f"  by emotion: {', '.join(uneven)}")
    missing = {clip.name for clip in official.listed - here if clip.speaker not in absent}
    if missing:
        lines.append(f"  missing: {_shortened(sorted(missing))}")
    if official.listed and (extra := here - official.listed):
        names = _shortened(sorted(clip.name for clip in extra))
        lines.append(f"  extra, not in the official download: {names}")
    return lines


def _uneven(
    here: Counter[str], official: Mapping[str, int | None], told: Collection[str] = ()
) -> list[str]:
    return [
        f"{key}: {here[key]:,} of {count:,}"
        for key, count in official.items()
        if count is not None and here[key] != count and key not in told
    ]


def _shortened(names: Iterable[str]) -> str:
    """The first names, and how many more there are."""
    names = list(names)
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def _indented(line: str) -> str:
    depth = "  " + " " * (len(line) - len(line.lstrip()))
    return textwrap.fill(
        line.strip(),
        width=100,
        initial_indent=depth,
        subsequent_indent=depth + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def table(counts: Mapping[str, Counter[str]]) -> str:
    """Clips by emotion (rows) and corpus (columns), aligned."""
    together: Counter[str] = sum(counts.values(), Counter())
    columns = {**counts, "together": together} if len(counts) > 1 else dict(counts)
    rows = [("emotion", *columns)]
    for emotion in filter(together.__getitem__, Emotion):
        rows.append((emotion, *(f"{column[emotion]:,}" for column in columns.values())))
    rows.append(("all", *(f"{column.total():,}" for column in columns.values())))
    widths = [max(len(row[number]) for row in rows) for number in range(len(columns) + 1)]
    return "\n".join(
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows
    )
