"""What a worker, its template and their decoders say to each other: plain bytes, never pickled."""

import struct

ORDER = struct.Struct("<cI")
"""From the worker to its template: what to do, and the number of the decoder that is meant."""

FORK = b"F"
"""Make a decoder; the descriptor of its line to the worker comes along."""

END = b"E"
"""End that decoder, whatever it is doing."""

REQUEST = struct.Struct("<cQd")
"""From the worker to a decoder: `WHOLE` or `PIECES`, bytes of the upload, and the most seconds."""

WHOLE = b"W"
"""The upload follows, and its sound is wanted at one go."""

PIECES = b"P"
"""The upload stays with the worker, to be fetched as it is needed; its sound comes in pieces."""

BLOCK = 2**16
"""Bytes that are fetched at a time."""

BEGUN = b"B"
"""From a decoder: it has what it needs. What goes wrong from now on is the upload's doing."""

ANSWER = struct.Struct("<cIQ")
"""From a decoder: what follows, its rate (Hz, of a sound) and its bytes."""

FETCH = b"F"
"""Nothing follows: the block of that number is wanted, counted from 0, and comes in answer."""

OVER = b"O"
"""Nothing follows, nor comes any more: the pieces are complete."""

SOUND = b"S"
"""Samples follow: float32, in the order of bytes of this machine."""

PLACE = struct.Struct("<Q")
"""Stands before the samples of a piece: the byte of the file up to which it was read for them."""

FAILURE = b"X"
"""The code of a `SpeechError` and its sentence follow, with a line break between them, in UTF-8."""
