"""Fail when a CUDA package is installed: the project runs on processors alone, and CUDA would cost gigabytes."""

from __future__ import annotations

import sys
from importlib.metadata import distributions

from setup import cuda_names


def main() -> int:
    """Name the CUDA packages of this environment, if any."""
    found = cuda_names([distribution.metadata["Name"] for distribution in distributions()])
    print(f"CUDA packages installed: {', '.join(found)}" if found else "No CUDA package is installed.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
