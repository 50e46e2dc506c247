#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: icount
# timeout: 90
# needs: python3
# The test counters on links of kind wireguard, with IPv6 outside: the kernel counts that in a
# place of its own.
export CV_KIND=wireguard CV_TOOL=wg CV_REPLACE=1 CV_OUTER=6
# shellcheck source=selftests/net/counters.sh
. "$(dirname "$0")/counters.sh"
