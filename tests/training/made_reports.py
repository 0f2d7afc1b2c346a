"""A desk with runs, recipes and notes on it, and how its report is read."""

import re

from tests.training.made_runs import write_run
from training.report import report

REASONS = """
[[reasons]]
recipe = "{recipe}"
protocol = "{protocol}"
corpora = {corpora}
reason = "{reason}"
"""

CLAIM = """
[[claims]]
figure = "99%"
corpora = ["ravdess"]
protocol = "random_split"
as_published = "random 80/20"
"""


class Desk:
    """Runs, recipes and what is written by hand; `page` is the report on them."""

    def __init__(self, folder):
        self.folder = folder
        self.runs, self.recipes = folder / "runs", folder / "recipes"
        self.inputs, self.out = folder / "inputs", folder / "out"
        for made in (self.runs, self.recipes, self.inputs):
            made.mkdir()

    def run(self, recipe, *arguments, **others):
        return write_run(self.runs, self.recipes / f"{recipe}.toml", *arguments, **others)

    def because(self, reason, recipe="*", protocol="*", corpora='["*"]'):
        with (self.inputs / "reasons.toml").open("a") as file:
            file.write(
                REASONS.format(recipe=recipe, protocol=protocol, corpora=corpora, reason=reason)
            )

    @property
    def page(self):
        report(self.runs, self.out, self.inputs, self.recipes)
        return (self.out / "RESULTS.md").read_text()


def row(page, *starts):
    """The cells of the table row that starts with these."""
    start = "| " + " | ".join(starts)
    (found,) = [line for line in page.splitlines() if line.startswith(start)]
    return [cell.strip() for cell in found.strip("| ").split(" | ")]


def section(page, title):
    """What stands below a heading, up to the next one of its level."""
    return re.split(r"^## ", page, flags=re.MULTILINE)[
        [part.startswith(title) for part in re.split(r"^## ", page, flags=re.MULTILINE)].index(True)
    ]


def two_recipes(folder, text):
    """A desk with two recipes of that text, `first` with a claim and `second`."""
    made = Desk(folder)
    (made.recipes / "first.toml").write_text(text + CLAIM)
    (made.recipes / "second.toml").write_text(text)
    return made
