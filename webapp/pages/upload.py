"""Upload: a voice from a file."""

from webapp.pages.sending import sending_page
from webapp.prediction_log import Source

blueprint = sending_page("upload", Source.UPLOAD)
