"""In which language the pages speak."""

from gettext import NullTranslations

from babel import Locale
from flask import Flask, Response, has_request_context, request, session
from flask_babel import Babel, get_locale, get_translations

from webapp.config import ROOT, Settings

LANGUAGES = {"en": "English", "de": "Deutsch"}
"""What each calls itself; sentences stand in English in the code."""

CHOSEN = "language"
"""Where the session keeps what somebody chose on a page."""

CATALOGUES = ROOT / "webapp" / "translations"

FOUND = "tonelog.catalogue"
"""Where a request keeps the catalogue of its reader."""

PROGRAMS = "/api/v1/"
"""Addresses for programs, which always speak English."""


def register(app: Flask, settings: Settings) -> None:
    """Let the pages speak what their reader chose, else what the settings say, else the browser."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(CATALOGUES)
    app.jinja_env.policies["ext.i18n.trimmed"] = True  # lines of a template are no lines of a text

    def language() -> str:
        if not has_request_context() or request.path.startswith(PROGRAMS):
            return "en"
        chosen = session.get(CHOSEN) or settings.language
        if chosen in LANGUAGES:
            return str(chosen)
        return request.accept_languages.best_match(LANGUAGES, "en")

    Babel(app, locale_selector=language)  # type: ignore[no-untyped-call]
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # by an extension
        gettext=lambda one: catalogue().gettext(one),
        ngettext=lambda one, many, number: catalogue().ngettext(one, many, number),
        newstyle=True,
    )

    @app.context_processor
    def languages() -> dict[str, object]:
        return {"language": locale().language, "languages": LANGUAGES}

    @app.after_request
    def vary(response: Response) -> Response:
        if response.mimetype == "text/html":
            response.vary.update(("Accept-Language", "Cookie"))
        return response


def locale() -> Locale:
    """The language of whoever reads this; English where nobody asked, as in the shell."""
    return get_locale() or Locale("en")


def catalogue() -> NullTranslations:
    """What the templates' sentences are in that language.

    It is looked for once a request: for each sentence anew, it took a tenth of a page's time.
    """
    if not has_request_context():
        return get_translations()
    if FOUND not in request.environ:
        request.environ[FOUND] = get_translations()
    found: NullTranslations = request.environ[FOUND]
    return found
