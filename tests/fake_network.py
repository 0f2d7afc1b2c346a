"""A network that does not exist, in place of LiteRT."""

import msgspec
import numpy as np

from tests.speech_settings import SETTINGS
from webapp.speech.calibration import Familiarity

WITH_PROSODY = msgspec.structs.replace(SETTINGS, prosody=True, speeds=(0.9, 1.1))
POOLED = msgspec.structs.replace(SETTINGS, pooling="mean")
WITHOUT = msgspec.structs.replace(WITH_PROSODY, prosody=False)

UNITS = 3

FAMILIAR_TO_FAKES = Familiarity(
    centres=np.zeros((8, UNITS), dtype=np.float32), whitening=np.eye(UNITS, dtype=np.float32)
)
"""Every clip of training lies where the last layer is all zeros."""


class FakeInterpreter:
    """One layer of weights that the model file seeds, in place of LiteRT.

    The last layer it gives is 5 units away from all zeros, whatever it hears.
    """

    def __init__(self, model_content, num_threads):
        size = (POOLED if model_content == b"any" else WITH_PROSODY).input_shape[0]
        self.weights = np.random.default_rng(list(model_content)).normal(0, 1e-3, (size, 8))

    def allocate_tensors(self):
        pass

    def get_input_details(self):
        return [{"index": 0, "shape": [1, len(self.weights)]}]

    def get_output_details(self):
        return [{"index": 0, "shape": [1, 8 + UNITS]}]

    def set_tensor(self, index, tensor):
        self.tensor = tensor

    def invoke(self):
        powers = np.exp(self.tensor @ self.weights)
        row = np.append(powers / powers.sum(), (3.0, 4.0, 0.0))
        self.answer = row[np.newaxis].astype(np.float32)

    def get_tensor(self, index):
        return self.answer
