"""How fast and how large: ingest, answers, cold start, memory, index. Run with ``python -m evals.bench``."""
