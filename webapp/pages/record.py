"""Record: a voice from the microphone. The browser records, the server hears."""

from webapp.pages.sending import sending_page
from webapp.tables import Source

blueprint = sending_page("record", Source.RECORDING)
