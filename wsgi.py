"""Where Flask and gunicorn find the application."""

import os
import sys

# Recordings are heard side by side by processes. Threads of numerical libraries, which these start
# as they are loaded, would get in each other's way: they double the work of `flask recognize`.
os.environ |= {
    name: "1"
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
    if name not in os.environ
}

from webapp.commands.afar import is_asked
from webapp.config import SettingError
from webapp.factory import create_app, create_bare_app
from webapp.heap import one_heap
from webapp.speech.errors import DamagedBundle

one_heap()
try:
    app = create_bare_app() if is_asked(sys.argv) else create_app()
except (SettingError, DamagedBundle) as error:
    raise SystemExit(f"Tonelog cannot start. {error}") from error
