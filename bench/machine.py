"""Where the benchmark runs: what its page names, so that figures can be compared."""

import os
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PACKAGES = ("psycopg", "pika", "marshmallow", "django", "django-import-export", "celery")


def machine() -> dict[str, str]:
    """Processor, cores that we may use, memory, system."""
    return {
        "processor": processor(Path("/proc/cpuinfo").read_text()),
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": f"{memory(Path('/proc/meminfo').read_text()) / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release().partition('-')[0]}, {platform.machine()}",
    }


def processor(cpuinfo: str) -> str:
    """The model's name."""
    named = (line.partition(":")[2].strip() for line in cpuinfo.splitlines() if line.startswith("model name"))
    return next(named, platform.processor() or "unknown")


def memory(meminfo: str) -> int:
    """Bytes of the whole machine."""
    total = next(line for line in meminfo.splitlines() if line.startswith("MemTotal:"))
    return int(total.split()[1]) * 1024


def versions(servers: Mapping[str, str]) -> dict[str, str]:
    """Of Python, the servers, and the packages that are compared; those that are not installed are left out."""
    told = {"Python": platform.python_version(), **servers}
    for package in _PACKAGES:
        try:
            told[package] = version(package)
        except PackageNotFoundError:
            continue
    return told
