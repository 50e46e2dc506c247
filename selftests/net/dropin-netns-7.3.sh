#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 300
# netns: 7.3
# The test dropin-netns with the netns.sh of Linux 7.3. It removes allowed IPs, which
# wireguard.ko knows since 6.16 and wg(8) since 2025.
export CV_NETNS=7.3
# shellcheck source=selftests/net/dropin-netns.sh
. "$(dirname "$0")/dropin-netns.sh"
