"""Make the virtual environment and install the project into it, never with a CUDA package.

Needs nothing but a Python: it runs before anything is installed, so it keeps to the standard library, and to the
grammar of Python 3.9, so that an old Python can say what is missing. Called again it ends at once; after an
interruption it goes on where it stopped; a broken environment is made anew.

    python3 scripts/setup.py [--extra dev]

PyTorch from the Python Package Index brings gigabytes of CUDA on Linux. So the set-up first looks what pip would
install. Only where that has CUDA packages (a mirror or a wheel folder of the user's may offer the CPU build) it takes
torch from the official index of CPU builds, or from the one named in TORCH_INDEX. The user's pip configuration counts.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "news-rag.json"
OLDEST = (3, 11)
NEWER = ("python3.11", "python3.12", "python3.13", "python3.14")
OLDEST_GLIBC = (2, 28)
OLDEST_PIP = (23, 2)
TORCH_INDEX = "https://download.pytorch.org/whl/cpu"
CUDA = re.compile(r"^(nvidia|triton|cuda)\b", re.IGNORECASE)
COLLECTING_CUDA = re.compile(r"^\s*Collecting (nvidia|triton|cuda)\b", re.IGNORECASE)


class SetupError(Exception):
    """Something that the person can mend; the text says what, in Vietnamese and English."""


def main(args: list[str] | None = None) -> int:
    """Set up, or say in one line why not."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--extra", action="append", default=[], help="an extra of pyproject.toml, such as dev")
    wanted = set(parser.parse_args(args).extra)
    try:
        check_machine()
        if not is_current(wanted):
            install(wanted)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nĐã dừng; gọi lại để làm tiếp. / Stopped; call again to go on.", file=sys.stderr)
        return 130
    return 0


# --- the machine


def check_machine() -> None:
    """Refuse a machine that the packages do not run on; start again under a newer Python where there is one.

    :raises SetupError: If Python is too old, or the system is not 64-bit Linux on x86-64 with glibc.
    """
    libc, version = platform.libc_ver()
    problem = platform_problem(sys.platform, platform.machine(), libc, version)
    if problem:
        raise SetupError(problem)
    if sys.version_info[:2] < OLDEST:
        newer = next(filter(None, map(shutil.which, NEWER)), None)
        if newer is None:
            found = platform.python_version()
            raise SetupError(
                f"Cần Python 3.11 trở lên, máy này có {found}; cài rồi gọi: make run PYTHON=/đường/dẫn/python3.11"
                f" / Python 3.11 or newer is needed, found {found}; then call: make run PYTHON=/path/to/python3.11"
            )
        os.execv(newer, [newer, *sys.argv])
    try:
        import ensurepip
        import venv
    except ImportError as error:
        raise SetupError(
            "Python này thiếu mô-đun venv; trên Debian/Ubuntu: sudo apt-get install python3-venv"
            " / This Python lacks the venv module; on Debian/Ubuntu: sudo apt-get install python3-venv"
        ) from error
    del ensurepip, venv


def platform_problem(system: str, machine: str, libc: str, libc_version: str) -> str:
    """Why the project cannot run on such a machine; empty when it can."""
    found = " ".join(filter(None, (system, machine, libc, libc_version)))
    numbers = tuple(int(part) for part in re.findall(r"\d+", libc_version)[:2])
    suits = system == "linux" and machine in ("x86_64", "AMD64") and sys.maxsize > 2**32
    if suits and libc == "glibc" and numbers >= OLDEST_GLIBC:
        return ""
    return (
        f"Chương trình chạy trên Linux x86-64 với glibc 2.28 trở lên; máy này là: {found}."
        f" / This program runs on Linux x86-64 with glibc 2.28 or newer; this machine is: {found}."
    )


# --- the environment


def is_current(wanted: set[str]) -> bool:
    """Whether the environment was completed here, for this pyproject.toml, with at least these extras."""
    stamp = read_stamp()
    return stamp.get("made_for") == made_for() and wanted <= set(stamp.get("extras", [])) and python_works()


def read_stamp() -> dict[str, Any]:
    """What was installed last; empty when the last installation did not end."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def made_for() -> str:
    """What an environment depends on: its place (scripts carry it), the Python, the dependencies."""
    content = (ROOT / "pyproject.toml").read_bytes()
    place = f"{VENV}\n{sys.version_info[:2]}\n".encode()
    return hashlib.sha256(place + content).hexdigest()


def install(wanted: set[str]) -> None:
    """Make the environment and install the project; the stamp is written last."""
    extras = sorted(wanted | set(read_stamp().get("extras", [])))
    make_venv()
    STAMP.unlink(missing_ok=True)
    drop_half_installed()
    update_pip()
    project = f"{ROOT}[{','.join(extras)}]" if extras else str(ROOT)
    torch = torch_requirement()
    step(2, "Xem pip sẽ cài gì", "Looking what pip would install")
    if brings_cuda(torch):
        cpu_index = os.environ.get("TORCH_INDEX") or TORCH_INDEX
        step(2, f"Lấy torch bản CPU từ {cpu_index}", f"Taking the CPU build of torch from {cpu_index}")
        pip("install", "--index-url", cpu_index, "--no-deps", torch)
    step(3, "Tải các gói", "Downloading the packages")
    refuse_cuda(planned("--editable", project))
    step(4, "Cài đặt (khoảng một phút)", "Installing (about a minute)")
    pip("install", "--quiet", "--editable", project)
    STAMP.write_text(json.dumps({"made_for": made_for(), "extras": extras}), encoding="utf-8")


def make_venv() -> None:
    """Create ``.venv``, or replace one that cannot run or belongs to another place."""
    if VENV.exists() and not (python_works() and is_at_home()):
        print(".venv hỏng hoặc dở dang, làm lại / .venv is broken or half made, making it anew", flush=True)
        shutil.rmtree(VENV)
    if not VENV.exists():
        step(1, "Tạo môi trường .venv", "Making the environment .venv")
        if subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=False).returncode:
            raise SetupError("Không tạo được .venv (xem lỗi ở trên). / Cannot make .venv (see the error above).")


def python_works() -> bool:
    """Whether the environment's Python is the version of this one and has a pip that runs."""
    code = "import sys, pip; print(sys.version_info[:2])"
    try:
        done = subprocess.run([python(), "-c", code], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return done.returncode == 0 and done.stdout.strip() == str(sys.version_info[:2])


def is_at_home() -> bool:
    """Whether the environment was made at its present place; its scripts carry the path."""
    scripts = sorted((VENV / "bin").glob("pip*"))
    return bool(scripts) and str(VENV).encode() in scripts[0].read_bytes()[:1000]


def drop_half_installed() -> None:
    """Make pip forget packages whose installation was cut off: pip writes INSTALLER after all other files."""
    for folder in VENV.glob("lib/python*/site-packages"):
        for left in [*folder.glob("*.dist-info"), *folder.glob("~*")]:
            if left.name.startswith("~") or not (left / "INSTALLER").is_file():
                shutil.rmtree(left, ignore_errors=True)


# --- pip


def python() -> str:
    """The environment's Python."""
    return str(VENV / "bin" / "python")


def pip(*args: str) -> None:
    """Run pip before the person's eyes.

    :raises SetupError: If it fails.
    """
    if subprocess.run([python(), "-m", "pip", *args], check=False).returncode:
        raise SetupError(
            "pip dừng vì lỗi ở trên; kiểm tra mạng rồi gọi lại (phần đã tải được giữ)."
            " / pip stopped at the error above; check the network and call again (what was downloaded is kept)."
        )


def update_pip() -> None:
    """Take a pip that reads what a package needs without downloading it; without a network the old one has to do."""
    version = subprocess.run(
        [python(), "-c", "import pip; print(pip.__version__)"], capture_output=True, text=True, check=True
    ).stdout
    if tuple(map(int, re.findall(r"\d+", version)[:2])) < OLDEST_PIP:
        command = [python(), "-m", "pip", "install", "--quiet", "--upgrade", "pip"]
        subprocess.run(command, check=False)


def torch_requirement() -> str:
    """The requirement on torch as pyproject.toml has it."""
    import tomllib

    with (ROOT / "pyproject.toml").open("rb") as file:
        dependencies = tomllib.load(file)["project"]["dependencies"]
    return next(line for line in dependencies if re.match(r"torch\b", line))


def brings_cuda(requirement: str) -> bool:
    """Whether pip would install CUDA packages with this requirement.

    pip downloads what it would install even in a dry run. Its output is watched and it is stopped at the first CUDA
    package, so that looking does not cost gigabytes.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [python(), "-m", "pip", "install", "--dry-run", "--report", str(report), requirement]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as looking:
            for line in looking.stdout or ():
                if COLLECTING_CUDA.match(line):
                    looking.terminate()
                    return True
                if line.startswith("Collecting"):
                    print("  " + line.split(" (from")[0].rstrip(), flush=True)
        return bool(report.is_file() and cuda_names(read_report(report)))


def planned(*args: str) -> list[str]:
    """Names of the packages that pip would install; it leaves them in its cache.

    :raises SetupError: If pip fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        pip("install", "--dry-run", "--report", str(report), *args)
        return read_report(report)


def read_report(path: Path) -> list[str]:
    """Names in a report of pip."""
    report = json.loads(path.read_text(encoding="utf-8"))
    return [item["metadata"]["name"] for item in report["install"]]


def cuda_names(names: list[str]) -> list[str]:
    """Those of the names that belong to CUDA."""
    return sorted(name for name in names if CUDA.match(name))


def refuse_cuda(names: list[str]) -> None:
    """Stop before anything of CUDA is installed.

    :raises SetupError: If one of the names belongs to CUDA.
    """
    found = cuda_names(names)
    if found:
        listed = ", ".join(found)
        raise SetupError(
            f"pip muốn cài gói CUDA: {listed}. Đặt TORCH_INDEX tới kho torch bản CPU rồi gọi lại."
            f" / pip wants to install CUDA packages: {listed}. Set TORCH_INDEX to an index of CPU builds; call again."
        )


def step(number: int, vi: str, en: str) -> None:
    """Say what is being done."""
    print(f"[{number}/4] {vi} / {en} …", flush=True)


if __name__ == "__main__":
    sys.exit(main())
