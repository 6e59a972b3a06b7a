"""The product beside what a developer would build with other tools. Run with ``python -m evals.bench.peers``.

Each tool is set up as its own documentation advises, in an environment of its own outside the project's; nothing of it
is a dependency. The modules named after tools, :mod:`run`, :mod:`base` and :mod:`evals.bench.size` are run by those
environments' Python and import nothing of ``rag``.
"""
