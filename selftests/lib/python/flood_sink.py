#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A UDP socket on PORT that nothing reads, for a flood beside the link.
Run by lib/flood.sh.

    flood_sink.py PORT
"""
import signal
import socket
import sys

sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("", int(sys.argv[1])))
signal.pause()
