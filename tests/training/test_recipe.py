import pytest

from training.networks import BUILDERS
from training.recipe import RECIPES, RecipeError, load_recipe


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
