#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 120
# Every netlink request that must be refused: its errno, its words, and that
# nothing has changed; and who may ask at all.
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
is "nothing has changed by all these" "$before" "$(tun_show a cv0 dump)"

# A user namespace with a network namespace of its own may do as it likes there;
# but the socket of a link that was moved there belongs to where it was born.
own=(unshare -Urn /bin/bash -c "ip link add cv0 type $kind && $tool set cv0 \
	listen-port 4000 fwmark 9 && $tool show cv0 listen-port && ip link del cv0")
is "a user namespace may have a link of its own" 4000 "$("${own[@]}" 2>&1)"

unshare -Urn sleep 1000 &
guest=$!
defer "end_process $guest"
guest_ready() { [ "$(readlink "/proc/$guest/ns/net")" != "$(readlink /proc/self/ns/net)" ] &&
	[ "$(cat "/proc/$guest/comm")" = sleep ]; }
wait_for 5 guest_ready
key guest
ipn a link set cv0 netns "$guest"
inside() { nsenter -t "$guest" -U -n --preserve-credentials "$@"; }
works "its root may look at a link that was moved there" inside "$tool" show cv0
works "and set peers of it" inside "$tool" set cv0 peer "${pub[guest]}" allowed-ips 10.0.0.0/8
if [ "$kind" = culvert ]; then
	before=$(inside "$tool" show cv0 dump)
	fails_with "but not its port, which is elsewhere" "ermitted|permission" \
		inside "$tool" set cv0 listen-port 4001
	fails_with "nor its mark" "ermitted|permission" inside "$tool" set cv0 fwmark 17
	is "and these have changed nothing" "$before" "$(inside "$tool" show cv0 dump)"
fi
finish
