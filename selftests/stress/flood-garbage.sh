#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# timeout: 150
# programs: forge
# A flood of garbage of every message type from sources that are all different: an
# established session goes on, a new peer gets in, memory is flat.
. "$(dirname "$0")/../lib/flood.sh"

flood_setup
note "no flood: the session has $(throughput) kbit/s"
under_flood "wrong mac1" bad-initiation bad-response cookie
under_flood "all garbage" bad-initiation bad-response cookie data empty-data unknown short
finish
