"""The installation, synthesized once for all tests here."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.packages import install_from_environment
from tests.support.template import Template


@pytest.fixture(scope="session")
def assembly(tmp_path_factory) -> Path:
    """The cloud assembly; its dependency layer is made from this environment, without a network."""
    from infra.app import build

    out: Path = tmp_path_factory.mktemp("cdk.out")
    build(out, install=install_from_environment).synth()
    return out


@pytest.fixture(scope="session")
def template(assembly) -> Template:
    """The template of the one stack."""
    return Template(assembly / "podium.template.json")
