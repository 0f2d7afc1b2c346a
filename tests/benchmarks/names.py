"""Environment variables that the reference is told its folders by."""

BUNDLE = "REFERENCE_BUNDLE"
"""Folder of the weights."""

UPLOADS = "REFERENCE_UPLOADS"
"""Folder of what was uploaded."""
