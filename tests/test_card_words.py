"""What the released bundles, and those fine-tuned here, say of themselves is in the catalogues."""

import tomllib

from training.own_splits import OWN_DESCRIPTIONS
from webapp.config import ROOT
from webapp.pages.card_words import DAMAGES, DESCRIPTIONS, SUMMARIES
from webapp.speech.bundle import read_card

RECIPE = ROOT / "training" / "recipes" / "fine_tune.toml"


def test_every_text_of_a_card_can_be_translated():
    folders = (ROOT / "webapp" / "bundles").iterdir()
    cards = [read_card(folder) for folder in folders if folder.is_dir()]
    tuned = tomllib.loads(RECIPE.read_text())["summary"].replace("{start}", "%(start)s")
    assert {tuned, *(card.summary for card in cards)} == set(SUMMARIES)
    told = {card.figures.description for card in cards}
    assert told | set(OWN_DESCRIPTIONS.values()) == set(DESCRIPTIONS)
    damaged = [one for card in cards if card.robustness for one in card.robustness.degradations]
    assert {one.title for one in damaged} == set(DAMAGES)
