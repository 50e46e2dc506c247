#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: smp
# timeout: 150
# programs: forge
# A flood of forged initiations, and of responses, whose mac1 is right and whose sources
# are all different: an established session goes on, a new peer gets in, memory is flat.
. "$(dirname "$0")/../lib/flood.sh"

flood_setup
note "no flood: the session has $(throughput) kbit/s"
before=$(drops a cv0 hs_cookie_demanded)
under_flood "initiations" initiation
[ "$kind" != culvert ] ||
	between "initiations: at least 1000 are hs_cookie_demanded" $((before + 1000)) 999999999 \
		"$(drops a cv0 hs_cookie_demanded)"
under_flood "initiations and responses" initiation response
finish
