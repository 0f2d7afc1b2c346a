"""Tonelog's web application: a voice goes in, its emotion comes out and stays in the log."""
