"""Training, evaluating and releasing models. Imports webapp.speech and nothing else of webapp."""
