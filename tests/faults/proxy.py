"""A TCP proxy on the loopback address that can be made a bad network: slow, cut, silent, resetting or trickling."""

import asyncio
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from deploy.embedded.ports import HOST

_BLOCK = 65536
_DROP = 512  # bytes at a time in a trickle
_DROP_SECONDS = 0.01
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER on, 0 s: close sends RST
_ANSWER_SECONDS = 10.0


@dataclass(slots=True, eq=False)
class _Pair:
    """A client's connection and ours to the server. `silent`: nothing passes any more, but both stay open."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    silent: bool = False

    def close(self, *, reset: bool) -> None:
        for end in (self.client, self.server):
            if reset:
                with suppress(OSError):
                    end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                end.transport.abort()
            else:
                end.close()


class Proxy:
    """Listens on `port` and passes everything on to `target`, in a thread of its own. Close it when done."""

    def __init__(self, port: int, target: int) -> None:
        self.port = port
        self._target = target
        self._latency = 0.0
        self._trickles = False
        self._down = False
        self._pairs: set[_Pair] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"proxy {port}", daemon=True)
        self._thread.start()  # first: the caller's thread may have a loop of its own, as with a browser's driver
        starting = asyncio.start_server(self._accept, HOST, port, backlog=200)
        self._server = asyncio.run_coroutine_threadsafe(starting, self._loop).result(_ANSWER_SECONDS)

    def fair(self) -> None:
        """All is well again, for new connections and for those that live."""
        self._latency, self._trickles, self._down = 0.0, False, False

    def latency(self, seconds: float) -> None:
        """Every block waits so long, in both directions."""
        self._latency = seconds

    def trickle(self) -> None:
        """A few bytes at a time."""
        self._trickles = True

    def cut(self) -> None:
        """Close every connection, and new ones at once, until `fair`."""
        self._down = True
        self._now(lambda: self._drop(list(self._pairs), reset=False))

    def reset(self) -> None:
        """Every connection breaks with a reset; new ones are welcome."""
        self._now(lambda: self._drop(list(self._pairs), reset=True))

    def half_open(self) -> None:
        """Present connections fall silent for good, as behind a router that forgot them; new ones are welcome."""

        def silence() -> None:
            for pair in self._pairs:
                pair.silent = True

        self._now(silence)

    def end_silence(self) -> None:
        """Break the connections that fell silent, as a router does when it comes to."""
        self._now(lambda: self._drop([pair for pair in self._pairs if pair.silent], reset=True))

    def close(self) -> None:
        """End everything."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(_ANSWER_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_ANSWER_SECONDS)
        self._loop.close()

    def _now(self, act: Callable[[], None]) -> None:
        done = threading.Event()

        def acted() -> None:
            act()
            done.set()

        self._loop.call_soon_threadsafe(acted)
        done.wait(_ANSWER_SECONDS)

    def _drop(self, pairs: list[_Pair], *, reset: bool) -> None:
        for pair in pairs:
            self._pairs.discard(pair)
            pair.close(reset=reset)

    async def _end(self) -> None:
        self._server.close()
        self._drop(list(self._pairs), reset=False)
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.CancelledError):
            if self._down:
                writer.close()
                return
            try:
                from_server, to_server = await asyncio.open_connection(HOST, self._target)
            except OSError:
                writer.close()
                return
            pair = _Pair(writer, to_server)
            self._pairs.add(pair)
            await asyncio.gather(self._pass_on(pair, reader, to_server), self._pass_on(pair, from_server, writer))

    async def _pass_on(self, pair: _Pair, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while block := await source.read(_BLOCK):
                if not pair.silent:
                    await self._send(sink, block)
        if not pair.silent:
            self._drop([pair], reset=False)

    async def _send(self, sink: asyncio.StreamWriter, block: bytes) -> None:
        if self._latency:
            await asyncio.sleep(self._latency)
        while block:
            size = _DROP if self._trickles else len(block)
            sink.write(block[:size])
            await sink.drain()
            block = block[size:]
            if self._trickles:
                await asyncio.sleep(_DROP_SECONDS)
