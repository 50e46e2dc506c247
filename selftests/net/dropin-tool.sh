#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 300
# The test tool-compat on links of kind wireguard, which are culvert's.
export CV_KIND=wireguard CV_REPLACE=1
# shellcheck source=selftests/net/tool-compat.sh
. "$(dirname "$0")/tool-compat.sh"
