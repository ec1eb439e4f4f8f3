"""ComfyUI on a machine of the operator's own: pictures by a workflow."""
