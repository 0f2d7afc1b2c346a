"""Hearing a voice: decoding, features, recognition. No Flask, no database; training shares it."""
