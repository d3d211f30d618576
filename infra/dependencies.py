"""What the dependency layer holds: the locked packages, built for Lambda without a container."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

LOCK = Path(__file__).resolve().parents[1] / "requirements" / "layer.lock"

#: The Lambda runtime brings boto3 and what boto3 needs; a second copy would cost 18 MB at each cold start.
IN_RUNTIME = frozenset(
    {"boto3", "botocore", "jmespath", "python-dateutil", "s3transfer", "six", "urllib3"}
)

#: Lambda's image since python3.12 has glibc 2.34.
_PLATFORMS = {"arm64": "aarch64-manylinux_2_34", "x86_64": "x86_64-manylinux_2_34"}


@dataclass(frozen=True, slots=True)
class Target:
    """What the layer is built for: Lambda's words for runtime and architecture."""

    runtime: str
    architecture: str


#: Fills a new directory with importable packages for a target.
Installer: TypeAlias = Callable[[Path, Target], None]


def layer_requirements(lock: str) -> str:
    """The lock without what the runtime brings, hashes kept."""
    return "".join(block for block in _blocks(lock) if _name(block) not in IN_RUNTIME)


def locked_names(lock: str) -> tuple[str, ...]:
    """Names of the packages a lock pins."""
    return tuple(_name(block) for block in _blocks(lock))


def _blocks(lock: str) -> list[str]:
    """One text per package: its pin and the hashes below it."""
    return re.split(r"^(?=[A-Za-z0-9])", lock, flags=re.MULTILINE)[1:]


def _name(block: str) -> str:
    return block.partition("==")[0]


def install_locked(directory: Path, target: Target) -> None:
    """Install the layer's packages into ``directory`` from wheels alone; CalledProcessError if that fails."""
    subprocess.run(
        [
            Path(sys.executable).with_name("uv"),
            *(
                "pip",
                "install",
                "--quiet",
                "--no-deps",
                "--require-hashes",
                "--only-binary",
                ":all:",
            ),
            *("--python-version", target.runtime.removeprefix("python")),
            *("--python-platform", _PLATFORMS[target.architecture]),
            *("--target", directory, "--requirements", "-"),
        ],
        input=layer_requirements(LOCK.read_text()),
        text=True,
        check=True,
        env=os.environ | {"UV_SYSTEM_CERTS": "1"},
    )
    # Scripts name the Python that installed them: of no use in Lambda, and another hash on each machine.
    shutil.rmtree(directory / "bin", ignore_errors=True)
