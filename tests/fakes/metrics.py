"""Metrics as whoever scrapes them reads them."""

from prometheus_client.parser import text_string_to_metric_families


def read_samples(text: str) -> dict[str, float]:
    """Return every sample that is not 0, by its name and its labels as `name{label=value,…}`, empty labels left out."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()) if value)
            key = f"{sample.name}{{{labels}}}" if labels else sample.name
            assert key not in found, f"{key} is told twice"
            found[key] = sample.value
    return {key: value for key, value in found.items() if value}
