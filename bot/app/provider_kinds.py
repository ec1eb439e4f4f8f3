"""The kinds of image provider, each with what builds one from its section of the settings."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.app.hosted_models import find_model, require_key
from bot.app.openai_services import compatible_model, image_model
from bot.app.provider_instance import ProviderInstance, attribution_of
from bot.config.provider_settings import (
    BflProviderSettings,
    ComfyUiProviderSettings,
    CompatibleProviderSettings,
    FalProviderSettings,
    OfflineProviderSettings,
    OpenAiBackgroundProviderSettings,
    OpenAiBatchProviderSettings,
    OpenAiProviderSettings,
    ReplicateProviderSettings,
    RunPodProviderSettings,
)
from bot.domain.money import UnitPrices
from bot.errors import ConfigError
from bot.ports.images import Provider
from bot.text import join_words, quote, suggest

if TYPE_CHECKING:
    from bot.providers.openai.client import OpenAiClient
    from bot.providers.openai.models import ImageModel
    from bot.providers.shared.comfyui_workflow import Workflow
    from bot.providers.shared.picture_fetcher import PictureFetcher
    from bot.providers.shared.rest_client import RestClient


def _build_offline(instance: ProviderInstance[OfflineProviderSettings]) -> Provider:
    from bot.providers.offline.painter import OfflinePainter

    return OfflinePainter(name=instance.account, attribution="offline preview, drawn by a program without AI")


def _build_openai(instance: ProviderInstance[OpenAiProviderSettings]) -> Provider:
    section = instance.section
    account = section if section.api_key else instance.settings.openai
    client = instance.openai_clients.open(account.api_key.get_secret_value(), account.base_url)
    return _openai_images(instance, client, image_model(instance.settings, instance.name, section))


def _build_compatible(instance: ProviderInstance[CompatibleProviderSettings]) -> Provider:
    section = instance.section
    client = instance.openai_clients.open(section.api_key.get_secret_value(), section.base_url, section.api_version)
    return _openai_images(instance, client, compatible_model(section), extra_body=section.extra_body)


def _openai_images(
    instance: ProviderInstance[OpenAiProviderSettings] | ProviderInstance[CompatibleProviderSettings],
    client: "OpenAiClient",
    model: "ImageModel",
    **more: Any,
) -> Provider:
    from bot.providers.openai.images import OpenAiImages
    from bot.providers.openai.unsupported_parameters import UnsupportedParameters
    from bot.providers.shared.picture_fetcher import PictureFetcher

    section = instance.section
    return OpenAiImages(
        client,
        model,
        name=instance.account,
        attribution=attribution_of(model.name),
        previews=instance.settings.drawing.previews,
        response_format=section.response_format or None,
        unsupported=UnsupportedParameters(instance.account, section.leave_out),
        fetcher=PictureFetcher(str(client.base_url), hosts=section.picture_hosts, section=instance.section_name),
        clock=instance.clock,
        **more,
    )


def _build_openai_background(instance: ProviderInstance[OpenAiBackgroundProviderSettings]) -> Provider:
    from bot.providers.openai.models import text_model
    from bot.providers.openai_background.images import OpenAiBackground

    name, section = instance.name, instance.section
    model = image_model(instance.settings, name, section)
    account = section if section.api_key else instance.settings.openai
    client = instance.openai_clients.open(account.api_key.get_secret_value(), account.base_url)
    return OpenAiBackground(
        client,
        model,
        text_model(section.text_model),
        name=instance.account,
        attribution=attribution_of(model.name),
        clock=instance.clock,
    )


def _build_openai_batch(instance: ProviderInstance[OpenAiBatchProviderSettings]) -> Provider:
    from bot.providers.openai.models import known_models
    from bot.providers.openai_batch.images import OpenAiBatch

    name, section = instance.name, instance.section
    model = image_model(instance.settings, name, section)
    if not model.has_batches:
        able = join_words([known.name for known in known_models().values() if known.has_batches])
        raise ConfigError(f"[providers.{name}] model {quote(model.name)} is not drawn in batches: take {able}.")
    if model.prices is not None and section.price is None:
        model = model.override(model.abilities, model.prices.halve())
    account = section if section.api_key else instance.settings.openai
    client = instance.openai_clients.open(account.api_key.get_secret_value(), account.base_url)
    return OpenAiBatch(client, model, name=instance.account, attribution=attribution_of(model.name), clock=instance.clock)


def _build_comfyui(instance: ProviderInstance[ComfyUiProviderSettings]) -> Provider:
    from bot.providers.comfyui.images import ComfyUiImages, abilities_of
    from bot.providers.shared.hosted_model import HostedModel, UnitPrice
    from bot.providers.shared.rest_client import RestClient

    name, section = instance.name, instance.section
    workflow, edits = _comfyui_workflow(instance), _comfyui_edits(instance)
    prices = (section.price.units if section.price else None) or UnitPrices()
    abilities = section.abilities(f"[{instance.section_name}]", abilities_of(workflow, edits))
    key = section.api_key.get_secret_value()
    client = RestClient(name, section.base_url, headers={"Authorization": f"Bearer {key}"} if key else {})
    instance.stack.push_async_callback(client.close)
    return ComfyUiImages(
        client,
        HostedModel(section.model, abilities, UnitPrice(prices)),
        workflow,
        edits=edits,
        name=instance.account,
        attribution=attribution_of(section.model),
        clock=instance.clock,
        second=prices.second,
    )


def _comfyui_workflow(instance: ProviderInstance[ComfyUiProviderSettings]) -> "Workflow":
    """Return the operator's own workflow, or else one that ships.

    Raises:
        ConfigError: It cannot be read, or used.
    """
    from bot.providers.comfyui.images import BUILT_IN, load_built_in
    from bot.providers.shared.comfyui_workflow import parse_workflow

    section, setting = instance.section, f"[{instance.section_name}] workflow"
    if section.workflow:
        text = _read_file(section.workflow, setting)
        return parse_workflow(text, setting=setting)
    if section.model not in BUILT_IN:
        raise ConfigError(
            f"[{instance.section_name}] model {quote(section.model)} is not known: take {join_words(BUILT_IN)}, "
            f"or name a workflow of your own with {setting}.{suggest(section.model, list(BUILT_IN))}"
        )
    return load_built_in(section.model)


def _comfyui_edits(instance: ProviderInstance[ComfyUiProviderSettings]) -> "Workflow | None":
    """Return what changes a picture: the operator's own workflow, or the one that goes with what ships; raises as above."""
    from bot.providers.comfyui.images import BUILT_IN_EDITS, load_built_in
    from bot.providers.shared.comfyui_workflow import parse_workflow

    section, setting = instance.section, f"[{instance.section_name}] edit_workflow"
    if section.edit_workflow:
        return parse_workflow(_read_file(section.edit_workflow, setting), setting=setting, changes_picture=True)
    return load_built_in(BUILT_IN_EDITS[section.model]) if not section.workflow and section.model in BUILT_IN_EDITS else None


def _build_bfl(instance: ProviderInstance[BflProviderSettings]) -> Provider:
    from bot.providers.bfl.images import BASE_URL, BflImages, build_client
    from bot.providers.bfl.models import known_models
    from bot.providers.shared.hosted_model import HostedModel

    name, section = instance.name, instance.section
    model = find_model(name, section, known_models(), HostedModel)
    client = build_client(name, require_key(name, section), section.base_url or BASE_URL)
    instance.stack.push_async_callback(client.close)
    fetcher, attribution = _fetcher(instance, BASE_URL), attribution_of(model.name)
    return BflImages(client, model, name=instance.account, attribution=attribution, fetcher=fetcher, clock=instance.clock)


def _build_fal(instance: ProviderInstance[FalProviderSettings]) -> Provider:
    from bot.providers.fal.images import BASE_URL, FalImages, build_client
    from bot.providers.fal.models import known_models
    from bot.providers.shared.hosted_model import HostedModel

    name, section = instance.name, instance.section
    model = find_model(name, section, known_models(), HostedModel)
    client = build_client(name, require_key(name, section), section.base_url or BASE_URL)
    instance.stack.push_async_callback(client.close)
    fetcher, attribution = _fetcher(instance, BASE_URL), attribution_of(model.name)
    return FalImages(client, model, name=instance.account, attribution=attribution, fetcher=fetcher, clock=instance.clock)


def _build_replicate(instance: ProviderInstance[ReplicateProviderSettings]) -> Provider:
    from bot.providers.replicate.images import BASE_URL, ReplicateImages
    from bot.providers.replicate.models import ReplicateModel, known_models

    section = instance.section
    model = find_model(instance.name, section, known_models(), ReplicateModel)
    return ReplicateImages(
        _bearer_client(instance, BASE_URL),
        model,
        name=instance.account,
        attribution=attribution_of(model.name),
        fetcher=_fetcher(instance, BASE_URL),
        clock=instance.clock,
        second=section.price.units.second if section.price and section.price.units else 0,
    )


def _build_runpod(instance: ProviderInstance[RunPodProviderSettings]) -> Provider:
    from bot.providers.runpod.images import BASE_URL, RunPodImages
    from bot.providers.runpod.job_template import parse_template
    from bot.providers.shared.hosted_model import FLUX_2_ABILITIES, HostedModel

    section, setting = instance.section, f"[{instance.section_name}] input"
    text = section.input if section.input.lstrip().startswith("{") else _read_file(section.input, setting)
    template = parse_template(text, section.output, setting=setting)
    usual = replace(FLUX_2_ABILITIES, most=4 if template.takes_count else 1, takes_seed=template.takes_seed)
    model = find_model(instance.name, section, {section.model: HostedModel(section.model, usual)}, HostedModel)
    return RunPodImages(
        _bearer_client(instance, BASE_URL),
        model,
        template,
        endpoint=section.endpoint,
        name=instance.account,
        attribution=attribution_of(model.name),
        fetcher=_fetcher(instance, BASE_URL),
        clock=instance.clock,
        timeouts=instance.settings.time_limits(section),
        second=section.price.units.second if section.price and section.price.units else 0,
    )


def _bearer_client(instance: ProviderInstance[Any], base_url: str) -> "RestClient":
    """Return what asks a service that wants the key as a bearer token, and that draws for nobody without one.

    Raises:
        ConfigError: There is none.
    """
    from bot.providers.shared.rest_client import RestClient

    name, section = instance.name, instance.section
    headers = {"Authorization": f"Bearer {require_key(name, section)}"}
    client = RestClient(name, section.base_url or base_url, headers=headers)
    instance.stack.push_async_callback(client.close)
    return client


def _fetcher(instance: ProviderInstance[Any], base_url: str) -> "PictureFetcher":
    from bot.providers.shared.picture_fetcher import PictureFetcher

    section = instance.section
    return PictureFetcher(section.base_url or base_url, hosts=section.picture_hosts, section=instance.section_name)


def _read_file(name: str, setting: str) -> str:
    """Return the text of a file that a setting names.

    Raises:
        ConfigError: It cannot be read.
    """
    try:
        return Path(name).expanduser().read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise ConfigError(f"{setting} {quote(name)} could not be read: {why}.") from None


__all__ = ["BUILDERS", "ProviderInstance"]

BUILDERS: Mapping[str, Callable[[ProviderInstance[Any]], Provider]] = {
    "openai": _build_openai,
    "compatible": _build_compatible,
    "offline": _build_offline,
    "openai-background": _build_openai_background,
    "openai-batch": _build_openai_batch,
    "comfyui": _build_comfyui,
    "bfl": _build_bfl,
    "fal": _build_fal,
    "replicate": _build_replicate,
    "runpod": _build_runpod,
}
"""What builds the providers of each kind. A builder imports its package when it is called, so that starting is quick."""
