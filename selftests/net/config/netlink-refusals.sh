#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 120
# Every netlink request that must be refused: its errno, its extack text, and that
# nothing has changed; and which users have permission.
. "$(dirname "$0")/../../lib/test.sh"

ns_new a
tun_new a cv0
ipn a link set cv0 up
relay n_py a netlink_requests.py refusals
tun_set a cv0 fwmark 5

before=$(tun_show a cv0 dump)
CV_WHO="another user" relay n a setpriv --reuid 65534 --regid 65534 --clear-groups \
	--bounding-set -all --inh-caps -all \
	"${python[@]}" "$test_dir/netlink_requests.py" unprivileged
CV_WHO="root without CAP_NET_ADMIN" relay n a setpriv --bounding-set -net_admin \
	--inh-caps -net_admin "${python[@]}" "$test_dir/netlink_requests.py" unprivileged
CV_WHO="root of another user namespace" relay n a unshare -Ur \
	"${python[@]}" "$test_dir/netlink_requests.py" unprivileged
is "requests without permission have changed nothing" "$before" "$(tun_show a cv0 dump)"

# Root of a user namespace may configure links of a network namespace of its own; but
# the socket of a link that was moved there is in the namespace where it was born.
own=(unshare -Urn /bin/bash -c "ip link add cv0 type $kind && $tool set cv0 \
	listen-port 4000 fwmark 9 && $tool show cv0 listen-port && ip link del cv0")
is "root of a user namespace adds and sets a link of its own" 4000 "$("${own[@]}" 2>&1)"

unshare -Urn sleep 1000 &
guest=$!
defer "end_process $guest"
guest_ready() { [ "$(readlink "/proc/$guest/ns/net")" != "$(readlink /proc/self/ns/net)" ] &&
	[ "$(cat "/proc/$guest/comm")" = sleep ]; }
wait_for 5 guest_ready
key guest
# A link that has one takes no socket of the guest's.
tun_set a cv0 fwmark 0
ipn a link set cv0 netns "$guest"
inside() { nsenter -t "$guest" -U -n --preserve-credentials "$@"; }
works "link moved into a user namespace: its root may show it" inside "$tool" show cv0
works "link moved into a user namespace: its root may set peers" inside "$tool" set cv0 peer \
	"${pub[guest]}" allowed-ips 10.0.0.0/8
if [ "$kind" = culvert ]; then
	before=$(inside "$tool" show cv0 dump)
	fails_with "link moved into a user namespace: set listen-port: EPERM" \
		"ermitted|permission" \
		inside "$tool" set cv0 listen-port 4001
	fails_with "link moved into a user namespace: set fwmark: EPERM" "ermitted|permission" \
		inside "$tool" set cv0 fwmark 17
	is "link moved into a user namespace: refusals change nothing" "$before" \
		"$(inside "$tool" show cv0 dump)"
	relay inside "${python[@]}" "$test_dir/netlink_requests.py" guest
fi
finish
