"""What the validator has to be told, from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from settings import Environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a file may have at most: rows, and characters in a cell; and how many of its problems are told at most."""

    rows: int = 1_000_000
    cell_length: int = 1_000
    problems_told: int = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """For the worker. ``spool`` is the folder for temporary files, ``health_listen`` is host:port; of a job
    ``chunks_in_flight`` chunks at most wait for the provisioner.
    """

    amqp_url: str = field(repr=False)
    access_key: str = field(repr=False)
    sealing_keys: tuple[str, ...] = field(repr=False)
    upload_url: str
    provisioner_url: str
    health_listen: str
    spool: Path
    limits: Limits
    chunks_in_flight: int
    declare: bool
    log_style: Literal["text", "json"]

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """Reads `BULK_…`, as named below. Raises `BadSetting`.

        `BULK_SEALING_KEY` may hold several keys, parted by commas: the first one seals.
        """
        given = Environment(env)
        return cls(
            amqp_url=given.text("BULK_AMQP_URL"),
            access_key=given.text("BULK_ACCESS_KEY"),
            sealing_keys=given.texts("BULK_SEALING_KEY"),
            upload_url=given.text("BULK_UPLOAD_URL"),
            provisioner_url=given.text("BULK_PROVISIONER_URL"),
            health_listen=given.text("BULK_HEALTH_LISTEN"),
            spool=Path(given.text("BULK_SPOOL")),
            limits=Limits(
                rows=given.number("BULK_MAX_ROWS", default=1_000_000),
                cell_length=given.number("BULK_MAX_CELL_LENGTH", default=1_000),
                problems_told=given.number("BULK_PROBLEMS_TOLD", default=50_000),
            ),
            chunks_in_flight=given.number("BULK_CHUNKS_IN_FLIGHT", default=16),
            declare=given.yes("BULK_AMQP_DECLARE", default=True),
            log_style=given.choice("BULK_LOG_STYLE", ("text", "json"), default="text"),
        )
