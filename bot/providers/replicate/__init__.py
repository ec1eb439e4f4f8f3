"""Pictures from models that run on Replicate."""
