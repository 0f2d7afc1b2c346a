"""The parts of the report on all runs."""
