"""Directories of installed packages, made from this virtual environment: no network in tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from importlib.metadata import distribution
from pathlib import Path

from infra.dependencies import LOCK, Target, layer_requirements, locked_names


def copy_packages(directory: Path, names: Iterable[str]) -> None:
    """Copy the files of these distributions, and nothing else, from where this Python found them."""
    for name in names:
        for file in distribution(name).files or ():
            if not file.parts[0].startswith("..") and "__pycache__" not in file.parts:
                target = directory / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(Path(str(file.locate())), target)


def install_from_environment(directory: Path, _: Target) -> None:
    """An installer (infra.dependencies) for the running Python in place of Lambda's.

    The layer that ships holds arm64 binaries for another Python, which this one cannot import. The
    names are the shipped layer's, so what a handler imports beside them is missing here, too.
    """
    copy_packages(directory, locked_names(layer_requirements(LOCK.read_text())))
