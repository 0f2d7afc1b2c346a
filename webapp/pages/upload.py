"""Upload: a voice from a file."""

from webapp.pages.sending import sending_page
from webapp.tables import Source

blueprint = sending_page("upload", Source.UPLOAD)
