"""Put everything that an installation needs into one archive, for a machine without a network.

    .venv/bin/python scripts/bundle.py [--out dist]

In it: a wheel of the project, a wheel of each package that it needs in exactly the versions of this environment (the
tested ones), their SHA-256 in ``requirements.txt``, the prepared encoder, the seeds, and ``install.sh``. The packages
are taken with pip from where this machine takes its packages; a CPU build of torch from ``TORCH_INDEX``.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tomllib
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
TORCH_INDEX = "https://download.pytorch.org/whl/cpu"
PROJECT = "news-rag"


def main(args: list[str] | None = None) -> int:
    """Make the archive and print its path."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="folder of the archive")
    parser.add_argument("--extra", action="append", default=[], help="an extra of pyproject.toml, such as openai")
    given = parser.parse_args(args)
    from rag import __version__
    from rag.answer.span import prepare_reader
    from rag.index.encode import prepare
    from rag.settings import Settings

    settings = Settings.load()
    prepare(settings)
    prepare_reader(settings)
    name = f"{PROJECT}-bundle-{__version__}-{platform.machine()}-py{sys.version_info[0]}{sys.version_info[1]}"
    folder = given.out / name
    shutil.rmtree(folder, ignore_errors=True)
    wheels = folder / "wheels"
    wheels.mkdir(parents=True)
    pins = closure(given.extra)
    print(f"{len(pins)} gói / packages", flush=True)
    download(pins, wheels)
    build(wheels)
    (folder / "requirements.txt").write_text(requirements(wheels), encoding="utf-8")
    ignored = shutil.ignore_patterns("*.lock", "*.tmp", "*.bulk.json")
    shutil.copytree(settings.models, folder / "models", ignore=ignored)
    shutil.copytree(ROOT / "seeds", folder / "seeds", ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    shutil.copy(ROOT / "docs" / "van-hanh.md", folder)
    shutil.copy(ROOT / "scripts" / "install.sh", folder)
    (folder / "python").write_text(f"{sys.version_info[0]}.{sys.version_info[1]}\n", encoding="ascii")
    print(pack(folder))
    return 0


def closure(extras: list[str]) -> dict[str, str]:
    """The packages that the project needs, in the versions that are installed here."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    lines = [*project["dependencies"], *(line for name in extras for line in project["optional-dependencies"][name])]
    todo = [Requirement(line) for line in lines]
    found: dict[str, str] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    while todo:
        need = todo.pop()
        name, wanted = canonicalize_name(need.name), frozenset(need.extras)
        if (name, wanted) in seen:
            continue
        seen.add((name, wanted))
        installed = distribution(name)
        found[name] = installed.version
        for line in installed.requires or ():
            deeper = Requirement(line)
            if deeper.marker is None or any(deeper.marker.evaluate({"extra": extra}) for extra in ("", *wanted)):
                todo.append(deeper)
    return dict(sorted(found.items()))


def download(pins: dict[str, str], wheels: Path) -> None:
    """Fetch a wheel of each package, no package more and none built here."""
    lines = {name: f"{name}=={version}" for name, version in pins.items()}
    pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--dest", str(wheels)]
    if pins.get("torch", "").endswith("+cpu"):
        # A local wheel folder may offer it; the official index of CPU builds is asked as well.
        index = os.environ.get("TORCH_INDEX") or TORCH_INDEX
        done = subprocess.run([*pip, "--quiet", lines["torch"]], check=False).returncode
        if done:
            subprocess.run([*pip, "--quiet", "--index-url", index, lines["torch"]], check=True)
        del lines["torch"]
    subprocess.run([*pip, "--quiet", *lines.values()], check=True)


def build(wheels: Path) -> None:
    """A wheel of the project itself, built with the setuptools of this environment."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir"]
    subprocess.run([*command, str(wheels), str(ROOT)], check=True)


def requirements(wheels: Path) -> str:
    """A line with the hash for each wheel, as ``pip install --require-hashes`` wants it."""
    lines = []
    for path in sorted(wheels.glob("*.whl")):
        name, version = path.name.split("-")[:2]
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        lines.append(f"{canonicalize_name(name)}=={version} --hash=sha256:{digest}")
    return "\n".join(lines) + "\n"


def pack(folder: Path) -> Path:
    """The folder as one archive with its own hash beside it. Wheels and weights do not shrink: no compression."""
    archive = folder.with_name(f"{folder.name}.tar")
    with tarfile.open(archive, "w") as tar:
        tar.add(folder, folder.name)
    shutil.rmtree(folder)
    with archive.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    archive.with_name(f"{archive.name}.sha256").write_text(f"{digest}  {archive.name}\n", encoding="ascii")
    return archive


if __name__ == "__main__":
    sys.exit(main())
