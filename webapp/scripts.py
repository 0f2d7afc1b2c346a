"""What the scripts of the pages say, in the language of the page."""

import json
import re
from pathlib import Path

from flask import Flask
from flask_babel import gettext as _

from webapp.language import locale
from webapp.speech.emotions import Emotion

SAID = re.compile(r'\bsay\(\s*("(?:[^"\\]|\\.)*")')
"""Where a script says a text in English; the names of emotions come to it with the answers."""


def register(app: Flask) -> None:
    """Let each page bring the texts of its scripts along, unless it is in English."""
    texts = said(Path(app.static_folder or ""))

    @app.context_processor
    def words() -> dict[str, object]:
        return {"script_words": lambda: in_language(texts)}


def said(folder: Path) -> tuple[str, ...]:
    """All that the scripts in a folder may say, in English."""
    scripts = (path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.js")))
    found = {json.loads(text) for script in scripts for text in SAID.findall(script)}
    return (*sorted(found), *(emotion.value for emotion in Emotion))


def in_language(texts: tuple[str, ...]) -> dict[str, str]:
    """Each text with its translation; nothing where English is read."""
    return {} if locale().language == "en" else {text: _(text) for text in texts}
