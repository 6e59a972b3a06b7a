"""An environment for each tool, with pinned versions, in a folder that git ignores."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

REQUIREMENTS = Path(__file__).with_name("requirements")
_DONE = "made.sha256"


def make(tool: str, folder: Path) -> Path:
    """Make the environment unless it is there and of these versions.

    :param folder: Holds the environments of all tools.
    :return: Its Python.
    """
    pins = REQUIREMENTS / f"{tool}.txt"
    place = folder / tool
    python = place / "bin" / "python"
    wanted = hashlib.sha256(pins.read_bytes()).hexdigest()
    done = place / _DONE
    if done.exists() and done.read_text(encoding="ascii") == wanted:
        return python
    shutil.rmtree(place, ignore_errors=True)
    _run(sys.executable, "-m", "venv", str(place))
    _share_torch(next(place.glob("lib/python*/site-packages")))
    _run(str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(pins))
    done.write_text(wanted, encoding="ascii")
    return python


def _share_torch(target: Path) -> None:
    """Link the project's own torch into an environment: the same build for all, and not downloaded again."""
    try:
        files = distribution("torch").files or []
    except PackageNotFoundError:
        return  # pip will fetch it
    for file in files:
        source = Path(str(file.locate()))
        if ".." in file.parts or not source.is_file():
            continue  # its commands, which nobody needs here
        place = target / file
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(source, place)
        except OSError:  # on another disk
            shutil.copyfile(source, place)


def _run(*command: str) -> None:
    subprocess.run(command, check=True)  # noqa: S603


def versions(python: Path) -> dict[str, str]:
    """What is installed: names and versions."""
    code = (
        "import json, importlib.metadata as m; "
        "print(json.dumps({d.metadata['Name'].lower(): d.version for d in m.distributions()}))"
    )
    import json

    found: dict[str, str] = json.loads(subprocess.check_output([python, "-c", code], text=True))  # noqa: S603
    return found
