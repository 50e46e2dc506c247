#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# slow: a Debian of its own is made
# kmemleak: off
# root: clients
# timeout: 180
# Debian's pyroute2, whose WireGuard class writes netlink messages of its own: a tunnel
# is made, read, changed and taken away with nothing else.
. "$(dirname "$0")/../../lib/client.sh"

run_py() { relay /usr/bin/python3 "$test_dir/client-pyroute2.py" "$@"; }

client_net
peer_up
before=$(world)
run_py create "$tmp" "${pub[b]}" "198.51.100.2" "$port"
link_is "pyroute2" wg0
carries "pyroute2" wg0
run_py change "$tmp" "${pub[b]}"
run_py refusals "$tmp" "${pub[b]}"
# The kernel's own wireguard takes the peer's allowed IPs away before it refuses the new.
[ "$kind" != culvert ] || works "after refused requests: ping" ping_ok a 10.77.0.2
run_py remove "$tmp" "${pub[b]}"
leaves_nothing "pyroute2"
drop_all
finish
