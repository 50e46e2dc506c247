#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# slow: a Debian with systemd is started
# kmemleak: off
# root: clients
# timeout: 200
# culvert-up@.service under systemd: a tunnel comes up from a file of wg-quick, takes a changed one,
# and goes; its watcher is begun again when it is killed; a start that fails says why and leaves
# nothing. What the watcher does is in tool-up-faults.
. "$(dirname "$0")/../../lib/client.sh"

dir=/etc/culvert
unit=culvert-up@my-vpn
conf=$dir/my-vpn.conf

write_file()
{
	(umask 077; cat >"$conf") <<-END
		[Interface]
		PrivateKey = $(cat "$tmp/a.key")
		Address = 10.77.0.1/24, fd77::1/64
		$1
		[Peer]
		PublicKey = ${pub[b]}
		PresharedKey = $(cat "$tmp/shared.psk")
		AllowedIPs = 10.77.0.0/24, fd77::/64, 192.0.2.2/32
		Endpoint = moves.example:$port
	END
}
sc() { systemctl --no-pager "$@"; }
is_state() { [ "$(sc show -P ActiveState $unit)" = "$1" ]; }
main_pid() { sc show -P MainPID $unit; }

service_down NetworkManager
service_down systemd-networkd
client_net
peer_up
install -D -m 644 -t /usr/lib/systemd/system "$CULVERT_TREE/packaging/culvert-up@.service"
ln -sf "$(command -v culvert)" /usr/bin/culvert
install -d -m 700 $dir
sc daemon-reload
echo "198.51.100.2 moves.example" >>/etc/hosts
defer "sed -i /moves.example/d /etc/hosts"
write_file "MTU = 1400"
is "systemd-analyze verify: nothing about the unit" "" \
	"$(systemd-analyze verify --man=no /usr/lib/systemd/system/culvert-up@.service 2>&1 | grep culvert || :)"
works "start the unit" sc start $unit
works "started: ping" ping_ok a 10.77.0.2
works "started: ping by a route" ping_ok a 192.0.2.2
index=$(cat /sys/class/net/my-vpn/ifindex)
write_file "MTU = 1380"
works "reload with another MTU" sc reload $unit
is "reload: the MTU" 1380 "$(cat /sys/class/net/my-vpn/mtu)"
is "reload: the link is the same" "$index" "$(cat /sys/class/net/my-vpn/ifindex)"
pid=$(main_pid)
kill -9 "$pid"
is_new() { is_state active && [ "$(main_pid)" != "$pid" ] && [ "$(main_pid)" != 0 ]; }
soon "a watcher that is killed is begun again" 40 is_new
is "and the link is the same" "$index" "$(cat /sys/class/net/my-vpn/ifindex)"
works "and the tunnel works" ping_ok a 10.77.0.2
works "stop the unit" sc stop $unit
fails "stopped: no link" ip link show my-vpn
is "stopped: no record" "" "$(ls /run/culvert/up)"
write_file "MTU = many"
fails "a wrong file: the start fails" sc start $unit
soon "a wrong file: the journal says why" 20 said $unit "my-vpn.conf:4: MTU: 'many': expected bytes"
fails "a wrong file: no link" ip link show my-vpn
sc reset-failed $unit
rm -r $dir
drop_all
finish
