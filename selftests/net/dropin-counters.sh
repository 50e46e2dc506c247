#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: icount
# timeout: 90
# needs: python3
# The test counters on links of kind wireguard, which are culvert's: they count what the
# original's do.
export CV_KIND=wireguard CV_TOOL=wg CV_REPLACE=1
# shellcheck source=selftests/net/counters.sh
. "$(dirname "$0")/counters.sh"
