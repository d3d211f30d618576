"""Synthesize the installation: ``python -m infra.app [--out DIR] [--stack NAME]``.

Needs Node (the CDK runs in it) and no AWS account; the result is what ``cdk deploy --app DIR`` takes.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks

from infra.dependencies import Installer, install_locked
from infra.stacks.podium import PodiumStack
from infra.topology import TOPOLOGY


def build(out: Path, stack: str = "podium", install: Installer = install_locked) -> App:
    """The app, not synthesized yet; ``synth`` raises when a finding of cdk-nag is not acknowledged.

    Args:
        out: directory of the cloud assembly.
        stack: name of the installation; every physical name starts with it.
        install: fills the dependency layer.
    """
    app = App(outdir=str(out), analytics_reporting=False)
    PodiumStack(app, stack, topology=TOPOLOGY, install=install)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    return app


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m infra.app", description=__doc__)
    parser.add_argument(
        "--out",
        type=Path,
        # The CDK's own command says where it wants the assembly.
        default=Path(os.environ.get("CDK_OUTDIR", "cdk.out")),
        help="directory of the result (default: cdk.out)",
    )
    parser.add_argument("--stack", default="podium", help="name of the installation")
    arguments = parser.parse_args()
    assembly = build(arguments.out, arguments.stack).synth()
    print(f"{assembly.directory}/{arguments.stack}.template.json")
    print(f"to deploy it: npx aws-cdk@2 deploy --app {arguments.out}")


if __name__ == "__main__":
    main()
