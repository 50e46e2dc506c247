#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""More than a link can seal, and small packets that are to go first. Run by dp-qdisc.sh.

    urgent.py flood ADDRESS SECONDS [PAUSE]
    urgent.py echo CLIENT SERVER ADDRESS FLOODED

`flood` sends UDP super-packets as fast as they are made, or with a pause of so many
seconds after each, whatever is lost, and prints how many bytes. `echo` prints for
packets of DSCP EF and for packets of none, by turns, beside two floods to FLOODED, as
one CPU may seal what one makes: then nothing waits. It prints how many of them came
back, and after how many milliseconds half of them had.
"""
import os
import select
import signal
import socket
import struct
import sys
import threading
import time

from cvtest.netns import enter

SO_SNDBUFFORCE, UDP_SEGMENT, EF = 32, 103, 0xb8
COUNT, EVERY_S = 60, 0.02
# A kernel that looks for bugs takes longer for what is before them in the crypto.
WAIT_S = 8 * min(3, float(os.environ.get("CV_SLOW", "1")))
FLOODS, FLOOD_S, UNDER_LOAD = 2, 100, 40


def flood(address, seconds, pause_s=0.0, under_load=None):
    """A byte is written to UNDER_LOAD when the flood has got going."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    # More than may be in flight in a link, so that the sender is not what holds back.
    sock.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, 1 << 26)
    sock.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, 1372)
    sock.setblocking(False)
    data, sent, end = bytes(1372 * 46), 0, time.monotonic() + seconds
    tell_at = UNDER_LOAD * len(data)
    while time.monotonic() < end:
        try:
            sent += sock.sendto(data, (address, 9))
            if under_load is not None and sent >= tell_at:
                os.write(under_load, b"x")
                under_load = None
            time.sleep(pause_s)
        except OSError:
            # The socket is full, or the packet was dropped in the host.
            time.sleep(0.001)
    print(sent)


def start_floods(address):
    """Returns their processes, when all have got going."""
    ours, theirs = os.pipe()
    pids = []
    for _ in range(FLOODS):
        pids.append(os.fork())
        if not pids[-1]:
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
            flood(address, FLOOD_S, under_load=theirs)
            os._exit(0)
    os.close(theirs)
    for _ in pids:
        os.read(ours, 1)
    return pids


def answer(sock):
    while True:
        data, source = sock.recvfrom(100)
        sock.sendto(data, source)


def echo(client, server, address, flooded):
    enter(client)
    floods = start_floods(flooded)
    try:
        measure(client, server, address)
    finally:
        for pid in floods:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def measure(client, server, address):
    enter(server)
    far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    far.bind((address, 0))
    threading.Thread(target=answer, args=(far,), daemon=True).start()
    enter(client)
    socks = []
    for field in (EF, 0):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, field)
        sock.connect(far.getsockname())
        sock.setblocking(False)
        socks.append(sock)
    sent = {sock: {} for sock in socks}
    times = {sock: [] for sock in socks}

    def collect(until):
        while True:
            ready = select.select(socks, [], [], max(0, until - time.monotonic()))[0]
            for sock in ready:
                serial, = struct.unpack(">I", sock.recv(100))
                times[sock].append(time.monotonic() - sent[sock].pop(serial))
            if not ready or not any(sent.values()):
                return

    begin = time.monotonic()
    for serial in range(COUNT):
        for sock in socks:
            sent[sock][serial] = time.monotonic()
            try:
                sock.send(struct.pack(">I", serial))
            except OSError as error:
                # It counts as lost.
                print(f"sending: {error}", file=sys.stderr)
        while time.monotonic() < begin + (serial + 1) * EVERY_S:
            collect(begin + (serial + 1) * EVERY_S)
    last = time.monotonic()
    while sent[socks[0]] and time.monotonic() < last + WAIT_S:
        collect(min(last + WAIT_S, time.monotonic() + 0.1))
    # The others are waited for until they have taken four times as long, which says it all.
    if not sent[socks[0]]:
        collect(last + min(WAIT_S, max(0.5, 4 * sorted(times[socks[0]])[COUNT // 2])))
    now = time.monotonic()
    for sock in socks:
        # Those that never came back took longer than they were waited for.
        ordered = sorted(times[sock] + [now - at for at in sent[sock].values()])
        print(len(times[sock]), round(ordered[COUNT // 2] * 1000))


def main():
    if len(sys.argv) in (4, 5) and sys.argv[1] == "flood":
        flood(sys.argv[2], *map(float, sys.argv[3:]))
    elif len(sys.argv) == 6 and sys.argv[1] == "echo":
        echo(*sys.argv[2:])
    else:
        sys.exit(__doc__)


main()
