"""The files as they were uploaded, streamed from the upload service."""

from collections.abc import Iterator
from urllib.parse import quote

from web.access import service_principal
from web.client import ServiceClient

_PRINCIPAL = service_principal("eventlog")


class UploadedSources:
    """Asks upload for a file by its reference, in the name of the account it belongs to."""

    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    def open(self, account: str, source: str) -> Iterator[bytes]:
        """A file in blocks; the call is made at once. Raises `RemoteRefusal` or `ServiceUnavailable`."""
        return self._client.stream(f"/sources/{quote(source, safe='')}", principal=_PRINCIPAL(account))
