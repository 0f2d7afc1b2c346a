"""No text of a template goes by the catalogues: what stands outside gettext is no language's."""

import re

import pytest
from jinja2 import Environment, nodes
from jinja2.visitor import NodeVisitor

from webapp.config import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))

SAME = {
    *("Tonelog", "UAR", "CSV", "JSON", "JSONL", "API", "OpenAPI", "curl", "Python", "JavaScript"),
    *("ms", "Hz"),
}
"""What is called the same in every language."""

UNSAID = re.compile(
    r"<(style|script|code|pre)\b.*?</\1>|<!.*?>|(?:\?|&amp;)\w+=|&\w+;|<[^>]*>", re.DOTALL
)
SPOKEN = re.compile(r'\b(?:aria-label|alt|title|placeholder|content)="([^"]*)"')
NOT_TEXT = re.compile(r"<meta[^>]*>")
WORD = re.compile(r"[A-Za-z]{2,}")
SENTENCE = re.compile(r"^[A-Z][a-z]|[a-z]{2} [a-z]|^(is|are|was|were)$")


class Plain(NodeVisitor):
    """What a template writes by itself; a mark stands for what it fills in."""

    def __init__(self):
        self.text = ""

    def visit_TemplateData(self, node):  # noqa: N802 - as Jinja calls it
        self.text += node.data

    def visit_Output(self, node):  # noqa: N802
        for part in node.nodes:
            if isinstance(part, nodes.TemplateData):
                self.visit(part)
            else:
                self.text += "§"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_each_text_is_marked(path):
    plain = Plain()
    plain.visit(Environment(extensions=["jinja2.ext.i18n"]).parse(path.read_text()))
    text = NOT_TEXT.sub("", plain.text)
    said = " ".join([UNSAID.sub(" ", text), *SPOKEN.findall(text)])
    assert set(WORD.findall(said)) - SAME == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_text_hides_in_a_choice(path):
    """Such as `{{ "is" if one else "are" }}`."""
    tree = Environment(extensions=["jinja2.ext.i18n"]).parse(path.read_text())
    chosen = [
        end.value
        for output in tree.find_all(nodes.Output)
        for part in output.nodes
        if isinstance(part, nodes.CondExpr)
        for end in (part.expr1, part.expr2)
        if isinstance(end, nodes.Const) and isinstance(end.value, str)
    ]
    assert not [text for text in chosen if SENTENCE.search(text)]
