"""Where Flask and gunicorn find the application."""

from webapp.config import SettingError
from webapp.factory import create_app
from webapp.speech.errors import DamagedBundle

try:
    app = create_app()
except (SettingError, DamagedBundle) as error:
    raise SystemExit(f"Tonelog cannot start. {error}") from error
