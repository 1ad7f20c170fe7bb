"""A process that parses the files whose bytes it is given, one after another, until there are no more.

`python -m corpus.reading.worker`: started and fed by `apart`. Opens no file.
"""

from __future__ import annotations

import os
import signal
import sys
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
    """Answers each name and bytes with what they say."""
    # Ctrl-C is for who started this, and ends it by closing its pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    given, told = sys.stdin.buffer, sys.stdout.buffer
    # What a library prints must not be taken for an answer.
    sys.stdout = sys.stderr
    while True:
        try:
            source, data = receive(given), receive(given)
        except EOFError:
            return
        send(told, packed(read_bytes(os.fsdecode(source), data)))


if __name__ == "__main__":
    main()
