"""`make audit`: known vulnerabilities, licences and the model's file. Exit code 1 when one of them is not in order.

Vulnerabilities come from ``pip-audit --strict``, which asks PyPI's advisory service: without a network, or behind a
package index that serves no advisories, it fails, and that failure says "not audited", not "vulnerable".
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

PROJECT = "news-rag"
ALLOWED = (
    "MIT", "MIT-0", "MIT-CMU", "BSD", "Apache", "ISC", "PSF", "Python-2.0", "CNRI-Python", "MPL-2.0", "Zlib", "0BSD",
    "CC0-1.0", "BSL-1.0", "Unlicense", "HPND", "LLVM-exception",
)  # fmt: skip
"""Permissive, and MPL-2.0, which binds only changes of the package's own files."""
DENIED = (
    "AGPL", "GPL", "LGPL", "SSPL", "BUSL", "Commons Clause", "Non-Commercial", "NonCommercial", "CC-BY-NC",
    "Proprietary",
)  # fmt: skip
LOOKED_AT = {
    "apsw": "any licence that the OSI approves, at the user's choice (its LICENSE file)",
    "pypdfium2": "BSD-3-Clause or Apache-2.0; the PDFium in its wheel is BSD-3-Clause (its LICENSES folder)",
    "tld": "MPL-1.1 of the three offered; like MPL-2.0 it binds only changes of the package's own files",
}
"""Packages whose metadata says too little, and what their files say."""


def needed(name: str = PROJECT, extras: frozenset[str] = frozenset(), seen: set[str] | None = None) -> Iterator[str]:
    """Names of the packages that the product needs, its own name left out."""
    from packaging.requirements import Requirement

    seen = set() if seen is None else seen
    for line in distribution(name).requires or ():
        requirement = Requirement(line)
        wanted = [{"extra": extra} for extra in extras or {""}]
        key = requirement.name.lower().replace("_", "-")
        if key in seen or not (requirement.marker is None or any(requirement.marker.evaluate(w) for w in wanted)):
            continue
        try:
            distribution(key)
        except PackageNotFoundError:
            continue  # for another system
        seen.add(key)
        yield key
        yield from needed(key, frozenset(requirement.extras), seen)


def licences() -> dict[str, str]:
    """The licence of each installed package, as ``pip-licenses`` finds it."""
    command = [sys.executable, "-m", "piplicenses", "--format=json", "--from=mixed", "--with-system"]
    found = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    return {row["Name"].lower().replace("_", "-"): row["License"] for row in found}


def is_allowed(licence: str) -> bool:
    """Whether every part that counts is on the list; of several joined by OR one is enough.

    >>> is_allowed("MPL-2.0 AND (Apache-2.0 OR MIT)"), is_allowed("GPL-3.0-only"), is_allowed("UNKNOWN")
    (True, False, False)
    """
    text = re.sub(r"[()]", " ", licence.split("\n", maxsplit=1)[0])
    parts = [part for part in re.split(r"\s+AND\s+|;|,", text) if part.strip()]
    return bool(parts) and all(any(map(_is_permissive, re.split(r"\s+OR\s+", part))) for part in parts)


def _is_permissive(name: str) -> bool:
    long_names = name.replace("Mozilla Public License 2.0", "MPL-2.0").replace("Python Software Foundation", "PSF")
    words = re.split(r"[\s/]+", long_names.strip())
    if any(bad.lower() in word.lower() for bad in DENIED for word in words):
        return False
    return any(word.lower().startswith(good.lower()) or good in word for good in ALLOWED for word in words)


def refused(packages: list[str], found: dict[str, str]) -> dict[str, str]:
    """Packages whose licence is not allowed or not known."""
    shown = {name: LOOKED_AT.get(name) or found.get(name, "UNKNOWN") for name in packages}
    return {name: text for name, text in shown.items() if name not in LOOKED_AT and not is_allowed(text)}


def model_is_whole() -> bool:
    """Whether the file that the encoder is made of has the hash that is written in the source."""
    from rag.errors import RagError
    from rag.index.encode import package

    try:
        package.read_checked(package.find_file())
    except RagError:
        return False
    return True


def main() -> int:
    """Run all three and tell."""
    packages = sorted(needed())
    bad = refused(packages, licences())
    print(f"licences: {len(packages)} packages, {len(bad)} not on the list")
    for name, text in bad.items():
        print(f"  {name}: {text}")
    whole = model_is_whole()
    print("model file: " + ("its hash is the pinned one" if whole else "NOT the pinned file"))
    audit = subprocess.run(
        [sys.executable, "-m", "pip_audit", "--strict", "--skip-editable", "--progress-spinner=off"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if "could not be audited" in audit.stderr:
        print("vulnerabilities: NOT AUDITED; the package index serves no advisories. Run this with PyPI in reach.")
    else:
        print(f"vulnerabilities: {(audit.stdout or audit.stderr).strip() or 'none known'}")
    return 1 if bad or not whole or audit.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
