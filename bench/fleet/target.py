"""The site that is visited: it answers every request and writes down when it came.

    target.py LOG PORT-FILE

A line of the log has three fields: nanoseconds of the monotonic clock when the request's head was
complete, nanoseconds of the same clock when its sender let it go, the host. On SIGTERM it ends, with
every line written.
"""

import asyncio
import pathlib
import signal
import sys
import time

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Visit(asyncio.Protocol):
    log = None

    def connection_made(self, transport):
        self.transport = transport
        self.pending = b""

    def data_received(self, data):
        now = time.monotonic_ns()
        self.pending += data
        while b"\r\n\r\n" in self.pending:
            head, _, self.pending = self.pending.partition(b"\r\n\r\n")
            fields = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:])
            self.log.write(b"%d %s %s\n" % (now, fields[b"Sent"], fields[b"Host"]))
            self.transport.write(ANSWER)


async def main():
    with open(sys.argv[1], "wb") as Visit.log:
        loop = asyncio.get_running_loop()
        ended = asyncio.Event()
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(each, ended.set)
        server = await loop.create_server(Visit, "127.0.0.1", 0, backlog=512)
        pathlib.Path(sys.argv[2]).write_text(str(server.sockets[0].getsockname()[1]))
        await ended.wait()


asyncio.run(main())
