"""A process that parses the files whose bytes it is given, one after another, until there are no more.

`python -m corpus.reading.worker`: started and fed by `apart`. Opens no file.
"""

from __future__ import annotations

import os
import signal
import threading
from queue import SimpleQueue
from typing import IO

from corpus.reading.folder import read_bytes
from corpus.reading.packing import packed


def send(stream: IO[bytes] | None, *parts: bytes) -> None:
    """Writes messages. Raises OSError."""
    if stream is None:
        raise BrokenPipeError
    for part in parts:
        stream.write(len(part).to_bytes(8, "little"))
        stream.write(part)
    stream.flush()


def receive(stream: IO[bytes] | None) -> bytes:
    """Reads one message. Raises EOFError where there is none, or a part of one."""
    if stream is None:
        raise EOFError
    size = stream.read(8)
    message = stream.read(int.from_bytes(size, "little")) if len(size) == 8 else b""
    if len(size) < 8 or len(message) < int.from_bytes(size, "little"):
        raise EOFError
    return message


def main() -> None:
    """Answers each name and bytes with what they say, in order."""
    # Ctrl-C is for who started this, and ends it by closing its pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What a library prints must not be taken for an answer, nor what one in C does.
    told = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    files: SimpleQueue[tuple[bytes, bytes]] = SimpleQueue()
    threading.Thread(target=_listen, args=(os.fdopen(os.dup(0), "rb"), files), daemon=True).start()
    while True:
        source, data = files.get()
        record = packed(read_bytes(os.fsdecode(source), data))
        try:
            send(told, record)
        except BrokenPipeError:
            os._exit(0)


def _listen(given: IO[bytes], files: SimpleQueue[tuple[bytes, bytes]]) -> None:
    """Takes files while one is parsed; without anybody to give them, there is nothing to live for."""
    try:
        while True:
            files.put((receive(given), receive(given)))
    except EOFError:
        # At once, however long the file takes that is being parsed: nobody waits for what it says.
        os._exit(0)


if __name__ == "__main__":
    main()
