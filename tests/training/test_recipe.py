import pytest

from training.networks import BUILDERS
from training.recipe import BUNDLES, RECIPES, RecipeError, load_recipe
from webapp.speech.bundle import read_card


@pytest.mark.parametrize("name", sorted(path.stem for path in RECIPES.glob("*.toml")))
def test_every_recipe_is_valid_and_names_a_network(name):
    recipe = load_recipe(name)
    assert recipe.network in {*BUILDERS, "svm"}
    assert recipe.features.n_mfcc == 40


def test_an_unknown_recipe_is_explained():
    with pytest.raises(RecipeError, match=r"known: ann, cnn, cnn_lstm"):
        load_recipe("transformer")


@pytest.mark.parametrize(
    ("line", "with_line", "complaint"),
    [
        ("epochs = 2", "epochs = 2\nepoch = 3", "unknown field `epoch`"),
        ("epochs = 2", "epochs = 0", "epochs"),
        ("epochs = 2", "", "missing required field `epochs`"),
        ("n_mfcc = 40", 'n_mfcc = "forty"', "n_mfcc"),
        ("epochs = 2", "epochs =", "Invalid value"),
    ],
)
def test_a_wrong_key_or_value_is_refused(tiny, line, with_line, complaint):
    path = tiny()
    path.write_text(path.read_text().replace(line, with_line))
    with pytest.raises(RecipeError, match=complaint):
        load_recipe(str(path))


def test_the_digest_tells_apart_what_gives_other_weights(tiny):
    path = tiny()
    before = load_recipe(str(path)).digest
    path.write_text(path.read_text().replace('"Tiny"', '"Small"'))
    assert load_recipe(str(path)).digest == before
    path.write_text(path.read_text().replace("epochs = 2", "epochs = 3"))
    assert load_recipe(str(path)).digest != before


def test_claims_do_not_change_what_a_run_is_called(tiny):
    path = tiny()
    before = load_recipe(str(path)).digest
    claim = '\n[[claims]]\nfigure = "99%"\ncorpora = ["tess"]\nprotocol = "random_split"\n'
    path.write_text(path.read_text() + claim + 'as_published = "at random"\n')
    recipe = load_recipe(str(path))
    assert recipe.claims[0].figure == "99%"
    assert recipe.digest == before


def test_a_recipe_is_trained_or_fitted_not_both(tiny):
    path = tiny()
    path.write_text(path.read_text() + "\n[support_vectors]\npenalty = 1.0\n")
    with pytest.raises(RecipeError, match="either"):
        load_recipe(str(path))


def test_a_recipe_that_starts_from_a_bundle_takes_its_features_and_says_its_version():
    card, other = (read_card(BUNDLES / name) for name in ("cnn_lstm", "ann"))
    recipe = load_recipe("fine_tune")
    assert (recipe.start.name, recipe.start.version) == ("cnn_lstm", card.version)
    assert (recipe.features, recipe.network) == (card.features, "cnn_lstm")
    assert recipe.title == f"{card.title}, fine-tuned"
    another = load_recipe("fine_tune", start="ann")
    assert (another.start.version, another.features) == (other.version, other.features)
    assert another.digest != recipe.digest


def test_a_start_that_makes_no_sense_is_explained(tmp_path):
    with pytest.raises(RecipeError, match=r"No bundle is called 'nobody'; known: ann, cnn"):
        load_recipe("fine_tune", start="nobody")
    with pytest.raises(RecipeError, match="No bundle is called 'cnn_lstm'; known: none"):
        load_recipe("fine_tune", bundles=tmp_path)
    with pytest.raises(RecipeError, match="try fine_tune"):
        load_recipe("ann", start="ann")
    path = tmp_path / "odd.toml"
    path.write_text((RECIPES / "fine_tune.toml").read_text() + "[refit]\nepochs = 1\n")
    path.write_text(path.read_text() + "batch_size = 1\nlearning_rate = 1e-3\n")
    with pytest.raises(RecipeError, match="no `members`"):
        load_recipe(str(path))
