#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# slow: configurations of 2,000 peers, on two modules
# kmemleak: off
# timeout: 400
# culvert in the place of wireguard.ko gives the same answers: each module in turn gets
# the same requests, good and bad, from netlink, rtnetlink and wg(8), and whole
# configurations of up to 2,000 peers. Every errno, every attribute and every line is
# compared, the order of peers and of allowed IPs included, and so is by how much each
# counter moves. What is by chance is left out: times, chosen ports, where a dump goes on in
# another message. Where an
# older wireguard.ko differs from that of Linux 7.3, dropin.py has a table.
export CV_KIND=wireguard CV_TOOL=wg
. "$(dirname "$0")/../../lib/test.sh"

# take WHO WHAT COMMAND...: its output is what WHO answers to WHAT.
take()
{
	works "$1: answers of $2 are recorded" into "$tmp/$1.$2" "${@:3}"
}
into() { "${@:2}" >"$1"; }

somebody=(setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all
	--bounding-set=-all)

in_user_namespace() { [ "$(readlink "/proc/$1/ns/$2")" != "$(readlink "/proc/self/ns/$2")" ]; }

#     c (cv0, a user namespace's)     a (nothing but the socket, then not even that)
moved()
{
	ns_new a
	ipn a link add cv0 type wireguard
	tun_set a cv0 listen-port "$port"
	bg unshare --user --map-root-user --net sleep 600
	wait_for 20 in_user_namespace "$bg_pid" user
	wait_for 20 in_user_namespace "$bg_pid" net
	ipn a link set cv0 netns "$bg_pid"
	take "$1" moved nsenter --target "$bg_pid" --user --net --preserve-credentials \
		"${python[@]}" "$test_dir/dropin.py" moved
	drop_all
}

no_carrier() { [ "$(n_sys c cat /sys/class/net/cv0/carrier)" = 0 ]; }

orphaned()
{
	ns_new a c
	ipn a link add cv0 type wireguard
	tun_set a cv0 listen-port "$port"
	ipn a link set cv0 netns "${ns[c]}"
	ipn c link set cv0 up
	ns_drop a
	wait_for 30 no_carrier
	take "$1" orphaned n_py c dropin.py moved
	drop_all
}

# What a peer and a host may do to a link's counters.
counted()
{
	net_pair
	n a sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
	tun_new a cv0
	tun_set a cv0 listen-port "$port"
	addr a cv0 10.77.0.1/16
	ipn a link set cv0 up
	take "$1" counted n_sys a "${python[@]}" "$test_dir/dropin_stats.py" "${ns[b]}" "${ns[a]}" \
		cv0 "${outer4[a]}" "$port"
	drop_all
}

record()
{
	local what

	for what in requests links policies "configured 2000"; do
		ns_new a
		# shellcheck disable=SC2086 # words
		take "$1" "${what% *}" n_py a dropin.py $what
		drop_all
	done
	ns_new a
	ipn a link add cv0 type wireguard
	take "$1" private n a "${somebody[@]}" "${python[@]}" "$test_dir/dropin.py" private
	drop_all
	ns_new a
	take "$1" shown n_sys a "${python[@]}" "$test_dir/dropin.py" shown
	drop_all
	counted "$1"
	moved "$1"
	orphaned "$1"
}

is "first record: culvert is not loaded" "" "$(ls -d /sys/module/culvert 2>/dev/null)"
record wireguard
replace_wireguard
is "second record: wireguard.ko is not loaded" "" "$(ls -d /sys/module/wireguard 2>/dev/null)"
record culvert
relay py dropin.py compare "$tmp/wireguard" "$tmp/culvert" \
	requests links shown counted policies configured private moved orphaned
finish
