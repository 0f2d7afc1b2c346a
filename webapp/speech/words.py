"""Sentences that are translated where they are shown."""


def N_(text: str) -> str:  # noqa: N802 - as gettext calls it
    """The sentence as it is, marked for the catalogue of translations."""
    return text
