"""Trains the small reader of short answers: ``python -m evals.reader.train DATA``. Nothing here runs when asking."""
