"""In which language the pages speak."""

from flask import Flask, request, session
from flask_babel import Babel

from webapp.config import ROOT, Settings

LANGUAGES = {"en": "English", "de": "Deutsch"}
"""What each calls itself; sentences stand in English in the code."""

CHOSEN = "language"
"""Where the session keeps what somebody chose on a page."""

CATALOGUES = ROOT / "webapp" / "translations"


def register(app: Flask, settings: Settings) -> None:
    """Let the pages speak what their reader chose, else what the settings say, else the browser."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(CATALOGUES)

    def language() -> str:
        chosen = session.get(CHOSEN) or settings.language
        if chosen in LANGUAGES:
            return str(chosen)
        return request.accept_languages.best_match(LANGUAGES, "en")

    Babel(app, locale_selector=language)
