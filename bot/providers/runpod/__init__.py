"""Pictures from serverless workers on RunPod."""
