"""Are the Dockerfile, compose.yaml and deploy/kubernetes what Docker and Kubernetes take, and what easel needs?"""

import json
import re
from datetime import timedelta
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from bot.config import load
from tests.house.deployment import (
    DOCKERFILE,
    KUBERNETES,
    PARTS,
    PORT,
    ROOT,
    read_compose,
    read_image_environ,
    read_kustomization,
    read_manifests,
)

SCHEMAS = Path(__file__).parent / "schemas"
COMPOSE = read_compose()
WORKLOADS = {"Deployment", "StatefulSet"}
UNITS = {"s": 1, "m": 60}


@cache
def schema(name: str) -> dict[str, Any]:
    """Read a schema."""
    read: dict[str, Any] = json.loads((SCHEMAS / f"{name}.json").read_text())
    return read


def complaint(found: object, against: dict[str, Any]) -> str:
    """Return what a schema has against something; nothing where it has none."""
    error = best_match(Draft202012Validator(against).iter_errors(found))
    return f"{error.json_path}: {error.message[:400]}" if error is not None else ""


def kubernetes_complaint(manifest: dict[str, Any]) -> str:
    """Return what Kubernetes has against an object."""
    of_kind = schema("kubernetes")["kinds"][manifest["kind"]]
    return complaint(manifest, {**of_kind, "$defs": schema("kubernetes")["$defs"]})


def pods() -> dict[str, dict[str, Any]]:
    """Return the pod of each part, with its labels."""
    workloads = [manifest for manifest in read_manifests() if manifest["kind"] in WORKLOADS]
    return {manifest["metadata"]["name"].removeprefix("easel-"): manifest["spec"]["template"] for manifest in workloads}


def container(part: str) -> dict[str, Any]:
    """Return the only container of a part's pod."""
    [found] = pods()[part]["spec"]["containers"]
    return dict(found)


def longest_stop() -> timedelta:
    """Return how long a worker may take to end by the default settings."""
    settings = load(environ={})
    return max(settings.drawing.timeout_by_quality.values()) + settings.worker.drain


def test_compose_takes_the_file() -> None:
    """And the schema would notice a word that it does not know."""
    assert complaint(COMPOSE, schema("compose-spec")) == ""
    wrong = {"services": {"web": {"image": "easel", "helthcheck": {}}}}
    assert "helthcheck" in complaint(wrong, schema("compose-spec"))


def test_what_compose_services_refer_to_is_there() -> None:
    """Compose would refuse the whole file."""
    for name, service in COMPOSE["services"].items():
        assert set(service.get("secrets", [])) <= COMPOSE["secrets"].keys(), name
        assert {volume.partition(":")[0] for volume in service.get("volumes", [])} <= COMPOSE["volumes"].keys(), name
        assert set(service.get("depends_on", {})) <= COMPOSE["services"].keys(), name


def test_every_service_is_looked_after() -> None:
    """By the health check of its own, or of easel's image, at the port where that looks."""
    for name, service in COMPOSE["services"].items():
        assert service["restart"] == "unless-stopped"
        assert "healthcheck" in service or service["image"] == "easel", name
    assert [COMPOSE["services"][part]["command"][1] for part in PARTS] == list(PARTS)
    assert f":{PORT}/healthz" in DOCKERFILE


def test_no_secret_stands_in_compose() -> None:
    """Each is a file of its own, and nothing in the environment is called like one."""
    for service in COMPOSE["services"].values():
        named = [name for name in service.get("environment", {}) if re.search("PASSWORD|TOKEN|SECRET|KEY", name)]
        assert [name for name in named if not name.endswith(("_FILE", "_DIR"))] == []


@pytest.mark.parametrize("manifest", read_manifests(), ids=lambda found: f"{found['kind']} {found['metadata']['name']}")
def test_kubernetes_takes_each_object(manifest: dict[str, Any]) -> None:
    """And the schema would notice a word that it does not know."""
    assert kubernetes_complaint(manifest) == ""
    assert "spek" in kubernetes_complaint({**manifest, "spek": {}})


def test_the_kustomization_lists_every_file() -> None:
    """What is not listed is never applied."""
    assert {*read_kustomization()["resources"], "kustomization.yaml"} == {path.name for path in KUBERNETES.iterdir()}
    assert [image["name"] for image in read_kustomization()["images"]] == [container("web")["image"]]


def test_selectors_find_the_pods_of_their_part() -> None:
    """A budget or a service that selects nothing does nothing, and says nothing."""
    for manifest in read_manifests():
        selector = manifest["spec"]["selector"]
        labels = pods()[manifest["metadata"]["name"].removeprefix("easel-")]["metadata"]["labels"]
        assert selector.get("matchLabels", selector) == labels
    budgets = {manifest["metadata"]["name"] for manifest in read_manifests() if manifest["kind"] == "PodDisruptionBudget"}
    assert budgets == {"easel-web", "easel-worker"}


def test_parts_are_started_alike_everywhere() -> None:
    """So that what tests/e2e/test_deployment.py starts by the commands of compose.yaml is what Kubernetes starts."""
    for part in PARTS:
        assert container(part)["command"] == COMPOSE["services"][part]["command"]


@pytest.mark.parametrize("part", PARTS)
def test_kubernetes_asks_for_health(part: str) -> None:
    """A first start may take longer than a later one, and who cannot work gets nothing to do."""
    asked = container(part)
    ports = {port["name"]: str(port["containerPort"]) for port in asked["ports"]}
    assert ports["http"] == PORT
    assert ports.get("metrics", PORT) == pods()[part]["metadata"]["annotations"]["prometheus.io/port"]
    for probe, path in (("startupProbe", "/healthz"), ("livenessProbe", "/healthz"), ("readinessProbe", "/readyz")):
        assert asked[probe]["httpGet"] == {"path": path, "port": "http"}


def test_a_worker_may_finish_what_is_paid_for() -> None:
    """Whoever stops it waits longer than it takes."""
    compose = re.fullmatch(r"(\d+)([sm])", COMPOSE["services"]["worker"]["stop_grace_period"])
    assert compose
    graces = (int(compose[1]) * UNITS[compose[2]], pods()["worker"]["spec"]["terminationGracePeriodSeconds"])
    assert all(timedelta(seconds=grace) >= longest_stop() + timedelta(seconds=30) for grace in graces)


@pytest.mark.parametrize("part", PARTS)
def test_pods_have_no_more_rights_than_they_need(part: str) -> None:
    """And no variables that Kubernetes makes of services: those begin with EASEL_ too, and are no settings."""
    spec, rights = pods()[part]["spec"], container(part)["securityContext"]
    assert (spec["enableServiceLinks"], spec["automountServiceAccountToken"]) == (False, False)
    assert spec["securityContext"]["runAsNonRoot"]
    assert (rights["readOnlyRootFilesystem"], rights["allowPrivilegeEscalation"]) == (True, False)
    written = {mount["mountPath"] for mount in container(part)["volumeMounts"] if not mount.get("readOnly")}
    assert written == {"/data", "/tmp"}  # noqa: S108 - a path in a container


def test_everybody_means_the_same_user() -> None:
    """Whoever owns /data in the image owns it in compose and in Kubernetes."""
    found = re.search(r"useradd .*--uid (\d+)", DOCKERFILE)
    assert found
    assert re.findall(r"^USER (\w+)", DOCKERFILE, re.MULTILINE) == ["easel"]
    assert f"uid={found[1]}," in COMPOSE["services"]["web"]["tmpfs"][1]
    assert {pods()[part]["spec"]["securityContext"]["fsGroup"] for part in PARTS} == {int(found[1])}


def test_what_the_image_copies_is_there() -> None:
    """And let in: .dockerignore keeps everything else out, secrets and pictures first of all."""
    copied = {name for line in re.findall(r"^COPY (.*)", DOCKERFILE, re.MULTILINE) for name in line.split()[1:-1]}
    assert [name for name in copied if not (ROOT / name).exists()] == []
    first, *rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    assert first == "*"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == copied
    assert not any(fnmatch(name, rule) for name in copied for rule in rules if not rule.startswith("!"))


def test_the_settings_in_kubernetes_are_settings() -> None:
    """With those of the image."""
    literals = dict(one.split("=", 1) for one in read_kustomization()["configMapGenerator"][0]["literals"])
    settings = load(environ=read_image_environ() | literals)
    assert settings.objects_url.startswith("s3://")
    assert (settings.data_dir, settings.web.host, str(settings.web.port)) == (Path("/data"), "0.0.0.0", PORT)  # noqa: S104 - compared, not bound
