# SPDX-License-Identifier: GPL-2.0
"""Streams of bytes that both ends can make again: sent whole, and compared by SHA-256."""
import hashlib
import socket
import threading
import time


def send(sock, pieces, name, errors):
    """Sends PIECES and then the end of the stream; what went wrong is added to ERRORS."""
    try:
        for piece in pieces:
            sock.sendall(piece)
        sock.shutdown(socket.SHUT_WR)
    except OSError as error:
        errors.append(f"sending {name}: {error}")


def receive(sock, pieces, name, errors, read_bytes):
    """Receives to the end of the stream, READ_BYTES() at a time, and compares it with PIECES."""
    got, got_bytes = hashlib.sha256(), 0
    try:
        while data := sock.recv(read_bytes()):
            got.update(data)
            got_bytes += len(data)
    except OSError as error:
        errors.append(f"receiving {name} after {got_bytes} bytes: {error}")
        return
    expected, expected_bytes = hashlib.sha256(), 0
    for piece in pieces:
        expected.update(piece)
        expected_bytes += len(piece)
    if got_bytes != expected_bytes:
        errors.append(f"{name}: expected {expected_bytes} bytes, got {got_bytes}")
    elif got.digest() != expected.digest():
        errors.append(f"{name}: {got_bytes} bytes with a wrong SHA-256")


def exchange(ways, read_bytes):
    """Sends several streams at once: WAYS has for each a name, a socket to send by, one to
    receive by, and a function that makes its pieces. Returns a list of what went wrong, and
    the seconds it took."""
    threads, errors = [], []
    for name, source, sink, pieces in ways:
        threads += [
            threading.Thread(target=send, args=(source, pieces(), name, errors)),
            threading.Thread(target=receive, args=(sink, pieces(), name, errors, read_bytes)),
        ]
    begin = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors, time.monotonic() - begin
