"""Memory and disk, with nothing imported: other environments' Python runs this too."""

from __future__ import annotations

from pathlib import Path


def memory_mb(field: str = "VmRSS") -> float:
    """Resident memory of this process; ``VmHWM`` for the largest so far."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    return 0.0


def folder_mb(folder: Path) -> float:
    """Size of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 2**20
