#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# slow: a Debian with systemd is started
# kmemleak: off
# root: clients
# timeout: 200
# culvert@.service under systemd, from the files that the package installs: a link comes up
# from its two files, takes a changed one, and goes; names with a dash; a start that fails
# says which file is wrong and leaves no link of its own behind, and no link that something
# else has made is ever deleted.
. "$(dirname "$0")/../../lib/client.sh"

dir=/etc/culvert

install_package()
{
	local from to

	while read -r from to; do
		case $from in
		packaging/*) install -D -t "/$to" "$CULVERT_TREE/$from" ;;
		esac
	done <"$CULVERT_TREE/debian/culvert-tools.install"
	install -D -m 644 -t /usr/lib/systemd/system "$CULVERT_TREE/packaging/culvert@.service"
	ln -sf "$(command -v culvert)" /usr/bin/culvert
	install -d -m 700 $dir
	systemctl daemon-reload
}

# write_files NAME [PORT]
write_files()
{
	(umask 077; cat >"$dir/$1.conf") <<-END
		[Interface]
		PrivateKey = $(cat "$tmp/a.key")
		ListenPort = ${2:-4711}
		[Peer]
		PublicKey = ${pub[b]}
		PresharedKey = $(cat "$tmp/shared.psk")
		AllowedIPs = 10.77.0.2/32, fd77::2/128
		Endpoint = 198.51.100.2:$port
	END
	printf '%s\n' "address add 10.77.0.1/24 dev $1" "address add fd77::1/64 dev $1" >"$dir/$1.ip"
}

sc() { systemctl --no-pager "$@"; }
state() { sc show -P ActiveState "culvert@$1"; }
index() { ip -o link show dev "$1" 2>/dev/null | cut -d : -f 1; }

# start_fails NAME UNIT TEXT: and its journal says TEXT.
start_fails()
{
	fails "$1: the start fails" sc start "culvert@$2"
	is "$1: the unit has failed" failed "$(state "$2")"
	if wait_for 20 said "culvert@$2" "$3"; then
		ok "$1: the journal says why"
	else
		fail "$1: the journal says why" "text that matches: $3" "$(journal "culvert@$2")"
	fi
	sc reset-failed "culvert@$2"
}

test_life()
{
	is "systemd-analyze verify: nothing about the unit" "" \
		"$(systemd-analyze verify --man=no /usr/lib/systemd/system/culvert@.service 2>&1 |
			grep culvert || :)"
	write_files cv0
	works "start the unit" sc start culvert@cv0
	works "started: ping" ping_ok a 10.77.0.2
	works "started: ping over IPv6" ping_ok a fd77::2
	echo "PersistentKeepalive = 21" >>$dir/cv0.conf
	works "reload with a keepalive added" sc reload culvert@cv0
	is "reload: the keepalive is set" 21 "$(field a cv0 persistent-keepalive b)"
	works "reload: ping" ping_ok a 10.77.0.2
	echo "Endpoint = nonsense" >>$dir/cv0.conf
	fails "reload of a file with a fault fails" sc reload culvert@cv0
	is "reload of a file with a fault: the unit stays active" active "$(state cv0)"
	works "reload of a file with a fault: ping" ping_ok a 10.77.0.2
	write_files cv0
	works "restart the unit" sc restart culvert@cv0
	works "restart: ping" ping_ok a 10.77.0.2
	works "stop the unit" sc stop culvert@cv0
	is "stopped: the link is gone" "" "$(index cv0)"
	is "stopped: /run/culvert is empty" "" "$(ls /run/culvert)"
	rm $dir/cv0.ip
	works "start without the file for ip" sc start culvert@cv0
	works "stop without the file for ip" sc stop culvert@cv0
	works "enable the unit" sc enable culvert@cv0
	is "enabled: is-enabled says so" enabled "$(sc is-enabled culvert@cv0)"
	sc disable culvert@cv0
}

test_faults()
{
	rm -f $dir/cv0.*
	start_fails "no file" cv0 "$dir/cv0.conf.*culvert showconf"
	: >$dir/cv0.conf
	start_fails "an empty file" cv0 "$dir/cv0.conf is empty"
	echo nonsense >$dir/cv0.conf
	start_fails "a file with a fault" cv0 "$dir/cv0.conf.*line 1|$dir/cv0.conf:1"
	is "a file with a fault: no link is left" "" "$(index cv0)"
	write_files cv0
	echo "address add nonsense dev cv0" >>$dir/cv0.ip
	start_fails "an invalid address" cv0 "cannot apply $dir/cv0.ip"
	is "an invalid address: no link is left" "" "$(index cv0)"
	# The port is what fails here, at the very end of what needs the link.
	ip link add cv1 type culvert
	culvert set cv1 listen-port 4711
	ip link set cv1 up
	write_files cv0
	start_fails "a busy port" cv0 "cannot set the link cv0 up"
	is "a busy port: no link is left" "" "$(index cv0)"
	ip link del cv1
}

# by_hand: a tunnel that no unit has made.
by_hand()
{
	tun_new a cv0
	tun_set a cv0 listen-port 4711 peer "${pub[b]}" preshared-key "$tmp/shared.psk" \
		endpoint "198.51.100.2:$port" allowed-ips 10.77.0.2/32
	addr a cv0 10.77.0.1/24
	ip link set cv0 up
}

test_of_others()
{
	local mine

	write_files cv0
	by_hand
	mine=$(index cv0)
	works "link made by hand: ping" ping_ok a 10.77.0.2
	start_fails "link made by hand" cv0 \
		"link cv0 exists and was not created by this unit.*ip link del cv0"
	is "link made by hand: it is the same after the start" "$mine" "$(index cv0)"
	works "link made by hand: ping after the start" ping_ok a 10.77.0.2
	works "link made by hand: stop the unit" sc stop culvert@cv0
	works "link made by hand: ping after the stop" ping_ok a 10.77.0.2
	ip link del cv0

	works "link made again by hand: start before that" sc start culvert@cv0
	ip link del cv0
	by_hand
	works "link made again by hand: stop the unit" sc stop culvert@cv0
	works "link made again by hand: ping after the stop" ping_ok a 10.77.0.2
	ip link del cv0

	sc start culvert@cv0
	ip link del cv0
	works "link deleted by hand: stop the unit" sc stop culvert@cv0
	is "link deleted by hand: the unit is inactive" inactive "$(state cv0)"

	sc start culvert@cv0
	ip link set cv0 down
	ip link set cv0 name cv9
	works "link renamed: stop the unit" sc stop culvert@cv0
	is "link renamed: it is gone after the stop" "" "$(index cv9)"

	sc start culvert@cv0
	rm /run/culvert/cv0.ifindex
	works "no note of the link: stop the unit" sc stop culvert@cv0
	is "no note of the link: it is gone after the stop" "" "$(index cv0)"

	sc start culvert@cv0
	rm /run/culvert/cv0.ifindex
	ip link del cv0
	ip link add cv0 type dummy
	mine=$(index cv0)
	works "no note of the link, now of another kind: stop the unit" sc stop culvert@cv0
	is "no note of the link, now of another kind: it is the same" "$mine" "$(index cv0)"
	is "no note of the link, now of another kind: the unit is inactive" inactive "$(state cv0)"
	ip link del cv0
}

test_names()
{
	local name escaped

	for name in my-vpn a-b-c my_vpn.1 my+vpn; do
		write_files "$name"
		escaped=$(systemd-escape "$name")
		works "$name: start of culvert@$escaped" sc start "culvert@$escaped"
		works "$name: ping" ping_ok a 10.77.0.2
		works "$name: stop" sc stop "culvert@$escaped"
		is "$name: stopped, the link is gone" "" "$(index "$name")"
	done
	works "my-vpn: start, not escaped" sc start culvert@my-vpn
	works "my-vpn: ping" ping_ok a 10.77.0.2
	works "my-vpn: reload" sc reload culvert@my-vpn
	write_files cv0 4712
	works "my-vpn is up: start culvert@cv0" sc start culvert@cv0
	works "my-vpn is up: stop culvert@cv0" sc stop culvert@cv0
	works "my-vpn: ping after that" ping_ok a 10.77.0.2
	works "my-vpn, not escaped: stop" sc stop culvert@my-vpn
	is "my-vpn, not escaped: stopped, the link is gone" "" "$(index my-vpn)"
	start_fails "no-file" no-file "$dir/no-file.conf"
}

install_package
service_down NetworkManager
service_down systemd-networkd
client_net
peer_up
test_life
test_faults
test_of_others
test_names
rm -r $dir /run/culvert
drop_all
finish
