"""How machines try many orders of events."""

from hypothesis import HealthCheck, Phase, settings


def machine_settings(examples: int, steps: int) -> settings:
    """Return settings that show a failure as it was found: to find a shorter one would take minutes."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        phases=[Phase.generate],
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
