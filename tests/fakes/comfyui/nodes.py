"""The nodes that the server has, as `/object_info` describes them: after ComfyUI's nodes.py and comfy_extras."""

from typing import Any

from tests.fakes.comfyui.state import Json

_LARGEST = 16384
_SEEDS = 0xFFFFFFFFFFFFFFFF

_EDGE: list[Any] = ["INT", {"default": 1024, "min": 16, "max": _LARGEST, "step": 16}]
_ENCODERS = ["mistral_3_small_flux2_bf16.safetensors", "qwen_3_4b.safetensors"]

_NODES: dict[str, tuple[Json, tuple[str, ...]]] = {
    "UNETLoader": (
        {
            "unet_name": [["flux-2-klein-4b-fp8.safetensors", "flux2_dev_fp8mixed.safetensors"]],
            "weight_dtype": [["default", "fp8_e4m3fn", "fp8_e4m3fn_fast", "fp8_e5m2"]],
        },
        ("MODEL",),
    ),
    "CLIPLoader": ({"clip_name": [_ENCODERS], "type": [["stable_diffusion", "flux", "flux2", "flux3"]]}, ("CLIP",)),
    "VAELoader": (
        {"vae_name": ["COMBO", {"options": ["flux2-vae.safetensors", "full_encoder_small_decoder.safetensors"]}]},
        ("VAE",),
    ),
    "CLIPTextEncode": ({"text": ["STRING", {"multiline": True}], "clip": ["CLIP"]}, ("CONDITIONING",)),
    "ConditioningZeroOut": ({"conditioning": ["CONDITIONING"]}, ("CONDITIONING",)),
    "FluxGuidance": (
        {"conditioning": ["CONDITIONING"], "guidance": ["FLOAT", {"default": 3.5, "min": 0.0, "max": 100.0}]},
        ("CONDITIONING",),
    ),
    "BasicGuider": ({"model": ["MODEL"], "conditioning": ["CONDITIONING"]}, ("GUIDER",)),
    "CFGGuider": (
        {
            "model": ["MODEL"],
            "positive": ["CONDITIONING"],
            "negative": ["CONDITIONING"],
            "cfg": ["FLOAT", {"default": 8.0, "min": 0.0, "max": 100.0}],
        },
        ("GUIDER",),
    ),
    "RandomNoise": ({"noise_seed": ["INT", {"default": 0, "min": 0, "max": _SEEDS}]}, ("NOISE",)),
    "KSamplerSelect": ({"sampler_name": [["euler", "euler_ancestral", "heun", "dpmpp_2m"]]}, ("SAMPLER",)),
    "Flux2Scheduler": (
        {"steps": ["INT", {"default": 20, "min": 1, "max": 4096}], "width": _EDGE, "height": _EDGE},
        ("SIGMAS",),
    ),
    "EmptyFlux2LatentImage": (
        {"width": _EDGE, "height": _EDGE, "batch_size": ["INT", {"default": 1, "min": 1, "max": 4096}]},
        ("LATENT",),
    ),
    "SamplerCustomAdvanced": (
        {"noise": ["NOISE"], "guider": ["GUIDER"], "sampler": ["SAMPLER"], "sigmas": ["SIGMAS"], "latent_image": ["LATENT"]},
        ("LATENT", "LATENT"),
    ),
    "LoadImage": ({"image": [["example.png"]]}, ("IMAGE", "MASK")),
    "ImageScaleToTotalPixels": (
        {
            "image": ["IMAGE"],
            "upscale_method": [["nearest-exact", "bilinear", "area", "bicubic", "lanczos"]],
            "megapixels": ["FLOAT", {"default": 1.0, "min": 0.01, "max": 16.0}],
            "resolution_steps": ["INT", {"default": 1, "min": 1, "max": 256}],
        },
        ("IMAGE",),
    ),
    "VAEEncode": ({"pixels": ["IMAGE"], "vae": ["VAE"]}, ("LATENT",)),
    "ReferenceLatent": ({"conditioning": ["CONDITIONING"], "latent": ["LATENT"]}, ("CONDITIONING",)),
    "VAEDecode": ({"samples": ["LATENT"], "vae": ["VAE"]}, ("IMAGE",)),
    "PreviewImage": ({"images": ["IMAGE"]}, ()),
    "SaveImage": ({"images": ["IMAGE"], "filename_prefix": ["STRING", {"default": "ComfyUI"}]}, ()),
}


def object_info(kind: str) -> Json | None:
    """Return what `/object_info/{kind}` says of a node; None of one that is not there."""
    if kind not in _NODES:
        return None
    inputs, outputs = _NODES[kind]
    return {
        "input": {"required": inputs},
        "input_order": {"required": list(inputs)},
        "output": list(outputs),
        "name": kind,
        "output_node": kind in {"SaveImage", "PreviewImage"},
    }


def all_nodes() -> list[str]:
    """Return the names of all nodes."""
    return list(_NODES)
