"""Sound files damaged by hypothesis: what a decoder must survive."""

from hypothesis import strategies as st

from tests.sounds import CONTAINERS, recorded

EDITS = st.tuples(
    st.floats(0, 1) | st.floats(0, 0.05),
    st.sampled_from([b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff"])
    | st.binary(max_size=9),
    st.sampled_from([0, 1, 4, 9, 200]),
)
"""Where, as a share of the file; what is written there; and in the place of how many bytes."""


def _damaged(name: str, changes: list[tuple[float, bytes, int]], kept: float) -> bytes:
    data = bytearray(recorded(name, 0.5))
    for where, what, replaced in changes:
        at = int(where * len(data))
        data[at : at + replaced] = what
    return bytes(data[: int(kept * len(data))])


DAMAGED = st.builds(
    _damaged,
    st.sampled_from(CONTAINERS),
    st.lists(EDITS, max_size=6),
    st.floats(0, 1) | st.just(1.0),
)
"""Half a second of voice in some container, changed in some places and perhaps cut off."""
