#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 180
# The test basic with wg(8) on links of kind wireguard, which are culvert's.
export CV_KIND=wireguard CV_TOOL=wg CV_REPLACE=1
# shellcheck source=selftests/net/basic.sh
. "$(dirname "$0")/basic.sh"
