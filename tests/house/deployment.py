"""Reads what easel is deployed by: the Dockerfile, compose.yaml and the manifests for Kubernetes."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
KUBERNETES = ROOT / "deploy/kubernetes"
PARTS = ("gateway", "web", "worker")
PORT = "8420"


def read_compose() -> dict[str, Any]:
    """Return compose.yaml."""
    compose: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return compose


def read_manifests() -> list[dict[str, Any]]:
    """Return every object of deploy/kubernetes that the kustomization lists."""
    files = [KUBERNETES / name for name in read_kustomization()["resources"]]
    return [manifest for file in files for manifest in yaml.safe_load_all(file.read_text())]


def read_kustomization() -> dict[str, Any]:
    """Return the kustomization."""
    kustomization: dict[str, Any] = yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text())
    return kustomization


def read_image_environ() -> dict[str, str]:
    """Return what the image puts into the environment."""
    found = re.search(r"^ENV ((?:.*\\\n)*.*)", DOCKERFILE, re.MULTILINE)
    assert found
    return dict(pair.split("=", 1) for pair in shlex.split(found[1].replace("\\\n", " ")))


def read_health_check() -> list[str]:
    """Return the command that says whether a container is well."""
    found = re.search(r"^HEALTHCHECK (?:.*\\\n)*\s+CMD (\[.*\])", DOCKERFILE, re.MULTILINE)
    assert found
    command: list[str] = json.loads(found[1])
    return command
