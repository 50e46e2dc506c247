#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 90
# ynl: 7.3
# Documentation/netlink/culvert.yaml is what uapi/linux/culvert.h and the loaded module say, and
# the kernel's own netlink client configures a link by it and is told of events. That the file
# has the kernel's form is a matter of `make lint`.
. "$(dirname "$0")/../../lib/test.sh"

# With the packages beside Python's own, since the client reads YAML.
spec() { n a /usr/bin/python3 "$test_dir/netlink_spec.py" "$CULVERT_BUILD/ynl" "$@"; }

ns_new a
tun_new a cv0
relay spec header
relay spec module
relay spec client cv0
matches "cli.py dumps a device, as README has it" "'ifname': 'cv0'" \
	"$(n a /usr/bin/python3 "$CULVERT_BUILD/ynl/pyynl/cli.py" --no-schema --dump get-device \
		--spec "$CULVERT_TREE/Documentation/netlink/culvert.yaml" \
		--json '{"ifname": "cv0"}' 2>&1)"
finish
