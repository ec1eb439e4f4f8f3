"""Tests of the ComfyUI provider."""
