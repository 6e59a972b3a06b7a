"""The set-up script, up to the calls of pip; the real installation is what `make run` does."""

from __future__ import annotations

import ast
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "setup.py"


@pytest.fixture
def script():
    """The script as a module of its own."""
    spec = importlib.util.spec_from_file_location("setup_script", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def setup(script, monkeypatch, tmp_path):
    """The script at home in a folder with nothing but a pyproject.toml; pip is not called."""
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["numpy", "torch>=2.9,<2.14"]\n')
    monkeypatch.setattr(script, "ROOT", tmp_path)
    monkeypatch.setattr(script, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(script, "STAMP", tmp_path / ".venv" / "news-rag.json")
    script.calls = []
    monkeypatch.setattr(script, "pip", lambda *args: script.calls.append(args))
    monkeypatch.setattr(script, "planned", lambda *_args: [])
    monkeypatch.setattr(script, "brings_cuda", lambda _requirement: False)
    monkeypatch.setattr(script, "update_pip", lambda: None)
    return script


def bare_venv(folder: Path) -> None:
    """An environment with a pip that only says that it is there; making a real one takes seconds."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    (folder / "bin" / "pip").write_text(f"#!{folder}/bin/python\n")
    packages = next(folder.glob("lib/python*/site-packages"))
    (packages / "pip.py").write_text("__version__ = '99.0'\n")


def test_the_script_is_grammar_of_python_3_9():
    ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 9))


@pytest.mark.parametrize(
    ("machine", "runs"),
    [
        (("linux", "x86_64", "glibc", "2.28"), True),
        (("linux", "x86_64", "glibc", "2.36"), True),
        (("linux", "x86_64", "glibc", "2.9"), False),
        (("linux", "x86_64", "glibc", "2.27"), False),
        (("linux", "x86_64", "", ""), False),
        (("linux", "aarch64", "glibc", "2.36"), False),
        (("darwin", "arm64", "", ""), False),
        (("win32", "AMD64", "", ""), False),
    ],
)
def test_other_machines_are_refused_in_one_line_of_both_languages(setup, machine, runs):
    problem = setup.platform_problem(*machine)
    if runs:
        assert problem == ""
    else:
        assert "\n" not in problem
        assert "máy này là: " + machine[0] in problem
        assert "this machine is: " + machine[0] in problem


def test_an_old_python_is_refused_where_there_is_no_newer_one(setup, monkeypatch, capsys):
    monkeypatch.setattr(setup.sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(setup.shutil, "which", lambda _name: None)
    assert setup.main([]) == 1
    assert capsys.readouterr().err.startswith("Cần Python 3.11")


def test_a_python_without_venv_is_told_what_to_install(setup, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    assert setup.main([]) == 1
    assert "python3-venv" in capsys.readouterr().err


def test_a_second_start_installs_nothing(setup):
    bare_venv(setup.VENV)
    assert setup.main(["--extra", "dev"]) == 0
    assert setup.calls == [("install", "--quiet", "--editable", f"{setup.ROOT}[dev]")]
    assert setup.main(["--extra", "dev"]) == 0
    assert setup.main([]) == 0
    assert len(setup.calls) == 1


def test_changed_dependencies_are_installed_with_the_extras_of_before(setup):
    bare_venv(setup.VENV)
    setup.main(["--extra", "dev"])
    with (setup.ROOT / "pyproject.toml").open("a") as file:
        file.write("# changed\n")
    setup.main([])
    assert setup.calls[-1] == ("install", "--quiet", "--editable", f"{setup.ROOT}[dev]")
    assert len(setup.calls) == 2


def test_an_interrupted_installation_is_taken_up_and_half_installed_packages_are_forgotten(setup, monkeypatch):
    bare_venv(setup.VENV)
    packages = next(setup.VENV.glob("lib/python*/site-packages"))
    for name, files in {
        "whole-1.dist-info": ["METADATA", "INSTALLER"],
        "half-1.dist-info": ["METADATA"],
        "~left": ["x"],
    }.items():
        (packages / name).mkdir()
        for file in files:
            (packages / name / file).touch()

    def interrupt(*_args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(setup, "pip", interrupt)
        assert setup.main([]) == 130
    assert not setup.is_current(set())
    assert setup.main([]) == 0
    assert setup.is_current(set())
    assert {path.name for path in packages.iterdir()} >= {"whole-1.dist-info"}
    assert not {path.name for path in packages.iterdir()} & {"half-1.dist-info", "~left"}


@pytest.mark.parametrize("broken", ["no python", "moved"])
def test_a_broken_environment_is_made_anew(setup, monkeypatch, broken):
    bare_venv(setup.VENV)
    if broken == "no python":
        (setup.VENV / "bin" / "python").unlink()
    else:
        (setup.VENV / "bin" / "pip").write_text("#!/somewhere/else/.venv/bin/python\n")
    (setup.VENV / "old").touch()
    run = subprocess.run
    monkeypatch.setattr(
        setup.subprocess,
        "run",
        lambda command, **given: run([*command, "--without-pip"] if "venv" in command else command, **given),
    )
    assert setup.main([]) == 0
    assert not (setup.VENV / "old").exists()


def test_torch_comes_from_the_cpu_index_where_pip_would_bring_cuda(setup, monkeypatch):
    bare_venv(setup.VENV)
    monkeypatch.setattr(setup, "brings_cuda", lambda requirement: requirement == "torch>=2.9,<2.14")
    monkeypatch.setenv("TORCH_INDEX", "https://example.invalid/cpu")
    assert setup.main([]) == 0
    torch = ("install", "--index-url", "https://example.invalid/cpu", "--no-deps", "torch>=2.9,<2.14")
    assert setup.calls == [torch, ("install", "--quiet", "--editable", str(setup.ROOT))]


def test_nothing_is_installed_when_the_plan_still_has_cuda(setup, monkeypatch, capsys):
    bare_venv(setup.VENV)
    monkeypatch.setattr(setup, "planned", lambda *_args: ["numpy", "nvidia-cublas", "triton"])
    assert setup.main([]) == 1
    assert setup.calls == []
    assert "nvidia-cublas, triton" in capsys.readouterr().err
    assert not setup.STAMP.exists()


def test_looking_stops_at_the_first_cuda_package(script, monkeypatch, tmp_path):
    stand_in = tmp_path / "python"
    stand_in.write_text(
        "#!/bin/sh\necho 'Collecting torch'\necho 'Collecting nvidia-cublas==13 (from torch)'\nexec sleep 60\n"
    )
    stand_in.chmod(0o755)
    monkeypatch.setattr(script, "python", lambda: str(stand_in))
    assert script.brings_cuda("torch")


@pytest.mark.parametrize(("names", "expected"), [(["numpy", "torch"], False), (["torch", "triton"], True)])
def test_looking_reads_the_report_of_pip(script, monkeypatch, tmp_path, names, expected):
    report = json.dumps({"install": [{"metadata": {"name": name}} for name in names]})
    stand_in = tmp_path / "python"
    stand_in.write_text(f"#!/bin/sh\necho 'Collecting torch'\necho '{report}' > \"$6\"\n")
    stand_in.chmod(0o755)
    monkeypatch.setattr(script, "python", lambda: str(stand_in))
    assert script.brings_cuda("torch") is expected


@pytest.mark.parametrize(
    ("name", "is_cuda"),
    [("nvidia-cudnn-cu13", True), ("triton", True), ("cuda-bindings", True), ("tritonclient", False), ("torch", False)],
)
def test_cuda_packages_are_known_by_name(script, name, is_cuda):
    assert bool(script.cuda_names([name])) is is_cuda
