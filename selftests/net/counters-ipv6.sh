#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: icount
# timeout: 90
# needs: python3
# The test counters with IPv6 outside.
export CV_OUTER=6
# shellcheck source=selftests/net/counters.sh
. "$(dirname "$0")/counters.sh"
