"""What is uploaded: one asset per function, the engine layer, the dependency layer."""

from __future__ import annotations

from pathlib import Path

import jsii
from aws_cdk import AssetHashType, BundlingOptions, DockerImage, IgnoreMode, ILocalBundling
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.dependencies import Installer, Target
from infra.shapes import Function, Topology

REPOSITORY = Path(__file__).resolve().parents[2]

ARCHITECTURES = {"arm64": lambda_.Architecture.ARM_64, "x86_64": lambda_.Architecture.X86_64}


def function_code(name: str) -> lambda_.Code:
    """The repository with everything left out but one function: its import name stays the same."""
    return lambda_.Code.from_asset(
        str(REPOSITORY),
        exclude=[
            "*",
            "!functions",
            "!functions/__init__.py",
            f"!functions/{name}",
            f"!functions/{name}/**",
            "**/__pycache__",
        ],
        ignore_mode=IgnoreMode.GIT,
    )


class Layers(Construct):
    """The two layers that all functions share."""

    def __init__(self, scope: Construct, id_: str, topology: Topology, install: Installer) -> None:
        super().__init__(scope, id_)
        self._target = _common_target(topology.functions)
        engine = lambda_.Code.from_asset(
            str(REPOSITORY / "layers" / "engine"),
            exclude=["**/__pycache__"],
            ignore_mode=IgnoreMode.GIT,
        )
        self.all = (
            self._layer("engine", engine, "Podium's own code"),
            self._layer("dependencies", self._dependencies(install), "Locked third-party packages"),
        )

    def _layer(self, name: str, code: lambda_.Code, description: str) -> lambda_.LayerVersion:
        return lambda_.LayerVersion(
            self,
            name,
            code=code,
            description=description,
            compatible_runtimes=[lambda_.Runtime(self._target.runtime)],
            compatible_architectures=[ARCHITECTURES[self._target.architecture]],
        )

    def _dependencies(self, install: Installer) -> lambda_.Code:
        return lambda_.Code.from_asset(
            str(REPOSITORY / "requirements"),
            exclude=["*", "!layer.lock"],
            ignore_mode=IgnoreMode.GIT,
            # Hashed by what came out: a lock that only lists another test tool deploys nothing.
            asset_hash_type=AssetHashType.OUTPUT,
            bundling=BundlingOptions(
                image=DockerImage.from_registry("none"),  # never pulled: bundling is local or fails
                local=_Bundling(install, self._target),
                # The CDK remembers a bundle by source and options; without this, two targets share one.
                environment={
                    "RUNTIME": self._target.runtime,
                    "ARCHITECTURE": self._target.architecture,
                    "INSTALLER": f"{install.__module__}.{install.__qualname__}",
                },
            ),
        )


def _common_target(functions: tuple[Function, ...]) -> Target:
    """The one runtime and architecture of all functions; ValueError when they differ."""
    targets = {Target(function.runtime, function.architecture) for function in functions}
    if len(targets) != 1:
        raise ValueError(f"one dependency layer cannot serve {sorted(map(str, targets))}")
    return targets.pop()


@jsii.implements(ILocalBundling)
class _Bundling:
    """Runs an installer in place of a container."""

    def __init__(self, install: Installer, target: Target) -> None:
        self._install = install
        self._target = target

    def try_bundle(self, output_dir: str, *_: object, **__: object) -> bool:
        """Fill ``output_dir``; a failure raises, since there is no container to fall back to."""
        self._install(Path(output_dir) / "python", self._target)
        return True
