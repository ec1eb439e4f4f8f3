"""Picture bytes: on disk, or in S3."""
