"""A Kafka for tests: the mock cluster of librdkafka, in this process and in memory only."""

import ctypes
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_PRODUCER = 0
_PACKAGES = ("aiokafka", "confluent_kafka")


def why_no_kafka() -> str | None:
    """Say what is missing; None where one can be had."""
    missing = [name for name in _PACKAGES if find_spec(name) is None]
    if missing:
        return f"not installed: {', '.join(missing)}"
    return None if _library_file() else "confluent-kafka has no library for this kind of machine"


class KafkaServer:
    """One broker. It makes topics of four partitions when they are asked for, and of one where a test says so."""

    def __init__(self) -> None:
        file = _library_file()
        assert file is not None
        self._library = library = ctypes.CDLL(str(file))
        library.rd_kafka_conf_new.restype = ctypes.c_void_p
        library.rd_kafka_new.restype = ctypes.c_void_p
        library.rd_kafka_mock_cluster_new.restype = ctypes.c_void_p
        library.rd_kafka_mock_cluster_bootstraps.restype = ctypes.c_char_p
        settings, reason = ctypes.c_void_p(library.rd_kafka_conf_new()), ctypes.create_string_buffer(200)
        library.rd_kafka_conf_set(settings, b"log_level", b"0", reason, len(reason))
        self._client = ctypes.c_void_p(library.rd_kafka_new(_PRODUCER, settings, reason, len(reason)))
        self._cluster = ctypes.c_void_p(library.rd_kafka_mock_cluster_new(self._client, 1))
        # Otherwise each group waits three seconds for more of its members.
        library.rd_kafka_mock_group_initial_rebalance_delay_ms(self._cluster, ctypes.c_int32(0))

    @property
    def url(self) -> str:
        """Its address."""
        return f"kafka://{self._library.rd_kafka_mock_cluster_bootstraps(self._cluster).decode()}"

    def make_topic(self, name: str, partitions: int = 1) -> None:
        """Make a topic."""
        self._library.rd_kafka_mock_topic_create(self._cluster, name.encode(), partitions, 1)

    def go_away(self) -> None:
        """Close all connections, and take no more; what it has it keeps."""
        self._library.rd_kafka_mock_broker_set_down(self._cluster, 1)

    def come_back(self) -> None:
        """Take connections again."""
        self._library.rd_kafka_mock_broker_set_up(self._cluster, 1)

    def close(self) -> None:
        """End it."""
        self._library.rd_kafka_mock_cluster_destroy(self._cluster)
        self._library.rd_kafka_destroy(self._client)


def _library_file() -> Path | None:
    spec: Any = find_spec("confluent_kafka")
    folder = Path(spec.origin).parent.parent / "confluent_kafka.libs"
    return next(iter(sorted(folder.glob("librdkafka*.so*"))), None)
