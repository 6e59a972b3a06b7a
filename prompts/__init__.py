"""System and user text of each model call, as data."""
