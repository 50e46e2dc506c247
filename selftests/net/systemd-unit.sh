#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 60
# The commands of culvert@.service, run as systemd runs them: a link comes up from its
# two files, takes a changed one, and goes; a start that fails leaves no link behind.
. "$(dirname "$0")/lib.sh"

unit=$CULVERT_TREE/packaging/culvert@.service

# run_unit KEY: the commands of KEY for cv0 in namespace a, up to one that fails and
# may not.
run_unit()
{
	local line

	while IFS= read -r line; do
		line=${line//%I/cv0}
		line=${line//\$\$/\$}
		line=${line//\/usr\/bin\/culvert/culvert}
		n_sys a /bin/bash -c "${line#-}" || [[ $line == -* ]] || return 1
	done < <(sed -n "s/^$1=//p" "$unit")
}

start() { run_unit ExecStartPre && run_unit ExecStart; }

net_pair
tun_new b cv0
key a
mkdir -p /etc/culvert
(umask 077; cat >/etc/culvert/cv0.conf) <<-END
	[Interface]
	PrivateKey = $(cat "$tmp/a.key")
	ListenPort = $port
	[Peer]
	PublicKey = ${pub[b]}
	AllowedIPs = 10.77.0.2/32
	Endpoint = 198.51.100.2:$port
END
echo "address add 10.77.0.1/24 dev cv0" >/etc/culvert/cv0.ip
tun_set b cv0 listen-port "$port" peer "${pub[a]}" allowed-ips 10.77.0.1/32
addr b cv0 10.77.0.2/24
ipn b link set cv0 up

works "start" start
works "the tunnel works" ping_ok a 10.77.0.2
echo "PersistentKeepalive = 21" >>/etc/culvert/cv0.conf
works "reload" run_unit ExecReload
is "takes what has changed" 21 "$(field a cv0 persistent-keepalive b)"
works "the tunnel still works" ping_ok a 10.77.0.2
works "stop" run_unit ExecStop
fails "the link has gone" ipn a link show cv0
works "after a stop there is nothing to clear" run_unit ExecStopPost

echo "address add nonsense dev cv0" >/etc/culvert/cv0.ip
fails "a start with an address that is none" start
works "is cleared" run_unit ExecStopPost
fails "and leaves no link" ipn a link show cv0
rm /etc/culvert/cv0.ip
works "without that file it starts" start
works "and stops" run_unit ExecStop
rm -r /etc/culvert
finish
