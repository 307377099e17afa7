"""The services behind the gateway."""

from dataclasses import dataclass

from web.client import ServiceClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """How each of them is called."""

    upload: ServiceClient
    eventlog: ServiceClient
    provisioner: ServiceClient

    def named(self, name: str) -> ServiceClient:
        """The service of this name."""
        return {"upload": self.upload, "eventlog": self.eventlog, "provisioner": self.provisioner}[name]
