"""What a worker, its template and their decoders say to each other: plain bytes, never pickled."""

import struct

ORDER = struct.Struct("<cI")
"""From the worker to its template: what to do, and the number of the decoder that is meant."""

FORK = b"F"
"""Make a decoder; the descriptor of its line to the worker comes along."""

END = b"E"
"""End that decoder, whatever it is doing."""

REQUEST = struct.Struct("<Qd")
"""From the worker to a decoder: bytes of the upload, which follow, and the most seconds."""

BEGUN = b"B"
"""From a decoder: the upload is here whole. What goes wrong from now on is the upload's doing."""

ANSWER = struct.Struct("<cIQ")
"""From a decoder: what follows, its rate (Hz, of a sound) and its bytes."""

SOUND = b"S"
"""Samples follow: float32, in the order of bytes of this machine."""

FAILURE = b"X"
"""The code of a `SpeechError` and its sentence follow, with a line break between them, in UTF-8."""
