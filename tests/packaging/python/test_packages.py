"""The packages in dist/ as a stranger gets them: installed into empty environments outside the tree."""

from __future__ import annotations

import email
import json
import os
import re
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
MODULE = "spendgate/_native.abi3.so"
LICENCES = {"LICENSE-MIT", "LICENSE-APACHE", "prices.LICENSE"}


def only(pattern: str) -> Path:
    found = list((ROOT / "dist").glob(pattern))
    assert len(found) == 1, f"{pattern}: {found}; scripts/package-python.sh builds it"
    return found[0]


@pytest.fixture(scope="session")
def wheel() -> Path:
    return only("spendgate-*.whl")


@pytest.fixture(scope="session")
def sdist() -> Path:
    return only("spendgate-*.tar.gz")


@pytest.fixture(scope="session")
def version() -> str:
    found = re.search(r'^version = "(.*)"$', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)
    assert found
    return found[1]


def fresh(folder: Path) -> Path:
    """An environment with nothing in it but pip; its Python."""
    venv.create(folder, with_pip=True)
    return folder / "bin" / "python"


def run(python: Path, *arguments: object, cwd: Path, **environment: str) -> str:
    """Runs it where no source of the repository can be found by chance."""
    own = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))}
    words = [str(python), *map(str, arguments)]
    ran = subprocess.run(words, cwd=cwd, env={**own, **environment}, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def uses(python: Path, cwd: Path) -> None:
    said = json.loads(run(python, HERE / "usage.py", cwd=cwd))
    assert (said["usd"], said["reason"], said["code"]) == ("3.5", "would_exceed", "invalid_id")
    assert Path(said["from"]).is_relative_to(python.parents[1])
    assert said["faults"] is False
    listed = json.loads(run(python, "-m", "pip", "list", "--format=json", cwd=cwd))
    assert {package["name"] for package in listed} <= {"spendgate", "pip", "setuptools"}, "no dependencies"


def test_the_wheel_works_in_an_empty_environment(wheel, tmp_path):
    python = fresh(tmp_path / "venv")
    run(python, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", wheel, cwd=tmp_path)
    uses(python, tmp_path)


def test_the_sdist_builds_a_wheel_that_works(sdist, tmp_path):
    python = fresh(tmp_path / "venv")
    # Built as quickly as can be: that it builds is the question, not how fast it is.
    quick = {
        "CARGO_PROFILE_RELEASE_LTO": "off",
        "CARGO_PROFILE_RELEASE_OPT_LEVEL": "0",
        "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "16",
        "CARGO_TARGET_DIR": str(tmp_path / "target"),
    }
    run(python, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", tmp_path, sdist, cwd=tmp_path, **quick)
    (built,) = tmp_path.glob("spendgate-*.whl")
    run(python, "-m", "pip", "install", "--quiet", "--no-index", built, cwd=tmp_path)
    uses(python, tmp_path)


def test_the_wheel_names_what_it_runs_on(wheel, version):
    assert wheel.name == f"spendgate-{version}-cp310-abi3-manylinux_2_28_x86_64.whl"
    with zipfile.ZipFile(wheel) as files:
        told = email.message_from_bytes(files.read(f"spendgate-{version}.dist-info/WHEEL"))
    assert told.get_all("Tag") == ["cp310-abi3-manylinux_2_28_x86_64"]
    assert told["Root-Is-Purelib"] == "false"


def test_the_metadata_is_right(wheel, version):
    with zipfile.ZipFile(wheel) as files:
        told = email.message_from_bytes(files.read(f"spendgate-{version}.dist-info/METADATA"))
    assert (told["Name"], told["Version"], told["Requires-Python"]) == ("spendgate", version, ">=3.10")
    assert told["License-Expression"] == "MIT OR Apache-2.0"
    assert set(told.get_all("License-File")) == LICENCES
    assert told.get_all("Requires-Dist") is None
    content = told.get_payload(decode=True)
    assert isinstance(content, bytes)
    readme = content.decode()
    assert readme.strip() == (ROOT / "bindings-python" / "README.md").read_text().strip()
    assert not re.search(r"\]\((?!https?://|#)", readme), "a link that leads nowhere outside the repository"


def test_the_wheel_holds_what_it_should_and_no_debris(wheel, version):
    package = ROOT / "bindings-python" / "python" / "spendgate"
    files = [file for file in package.rglob("*") if file.suffix in (".py", ".pyi", ".typed")]
    sources = {f"spendgate/{file.relative_to(package).as_posix()}" for file in files}
    info = f"spendgate-{version}.dist-info"
    about = {f"{info}/{name}" for name in ("METADATA", "WHEEL", "RECORD")}
    licences = {f"{info}/licenses/{name}" for name in LICENCES}
    with zipfile.ZipFile(wheel) as files:
        assert set(files.namelist()) == {*sources, "spendgate/py.typed", MODULE} | about | licences
        for name in LICENCES - {"prices.LICENSE"}:
            assert files.read(f"{info}/licenses/{name}") == (ROOT / name).read_bytes()
        assert sum(file.file_size for file in files.infolist()) < 4_000_000


def test_the_module_needs_no_later_glibc(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as files:
        module = files.extract(MODULE, tmp_path)
    script = f'. scripts/setup.sh; . scripts/glibc.sh; newer_symbols "{module}"'
    ran = subprocess.run(["bash", "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert ran.stdout + ran.stderr == "" and ran.returncode == 0
    # The check itself can fail: the interpreter's own libc is of this machine.
    libc = subprocess.run(["bash", "-c", f"ldd {module} | sed -n 's/.*=> \\(.*libc.so.6\\) .*/\\1/p'"], capture_output=True, text=True)
    newer = subprocess.run(["bash", "-c", script.replace(module, libc.stdout.strip())], cwd=ROOT, capture_output=True)
    assert newer.returncode == 1, "the libc of this machine is later than 2.28"


def test_the_module_is_linked_to_the_system_alone(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as files:
        module = files.extract(MODULE, tmp_path)
        content = files.read(MODULE)
    needed = subprocess.run(["objdump", "-p", module], capture_output=True, text=True, check=True).stdout
    libraries = set(re.findall(r"NEEDED +(\S+)", needed))
    assert libraries <= {"libc.so.6", "libpthread.so.0", "libdl.so.2", "libm.so.6", "ld-linux-x86-64.so.2"}
    assert b"inject_panic" not in content, "faults are for tests"
    assert str(Path.home()).encode() + b"/" not in content and str(ROOT).encode() not in content


def test_the_sdist_is_whole_and_no_more(sdist, version):
    with tarfile.open(sdist) as files:
        names = {name.removeprefix(f"spendgate-{version}/") for name in files.getnames()}
    assert {"PKG-INFO", "pyproject.toml", "Cargo.lock", "python/spendgate/py.typed", *LICENCES} <= names
    assert "core/data/prices.txt" in names
    debris = re.compile(r"(^|/)(target|dist|__pycache__|\.git|\.venv)(/|$)|\.(so|pyc|whl)$")
    assert [name for name in names if debris.search(name)] == []


if __name__ == "__main__":
    sys.exit(pytest.main([__file__, "-p", "no:cacheprovider", "--quiet"]))
