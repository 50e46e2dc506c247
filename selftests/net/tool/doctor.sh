#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# slow: each finding is set up for real
# kmemleak: off
# timeout: 120
# culvert load and culvert doctor: what they say of a machine without faults, and of each
# fault that it can have; doctor-paths.sh and doctor-firewall.sh are about the rest.
. "$(dirname "$0")/../../lib/findings.sh"

ko=$(modinfo -F filename culvert)

ns_new a
notes "no link" a "links +there are none: ip link add cv0 type culvert"
ipn a link add v0 type dummy
notes "a link of another kind" a "links +there are none"
drop_all

net_pair
tunnel_pair
quiet "no faults" a
out=$doctor_out
matches "no faults: the module and its version" \
	"^ok +module +$ko, version $(modinfo -F version culvert)" "$out"
matches "no faults: the module is loaded" \
	"^ok +loaded +version $(culvert version | cut -d ' ' -f 2)," "$out"
matches "no faults: a line about crypto" "^(ok|note) +crypto " "$out"
matches "no faults: the port takes packets" "^ok +cv0 +UDP port $port receives packets" "$out"
matches "no faults: the MTU fits" "^ok +cv0 +MTU 1420 fits the path to ${outer4[b]}:$port" "$out"
matches "forwarding is off" "^note +forwarding +is off: .*net.ipv4.ip_forward=1" "$out"
n a sysctl -qw net.ipv4.ip_forward=1
notes "forwarding of one family" a "forwarding +is on for IPv4 only: .*sysctl net.ipv6.conf.all.forwarding=1$"
n a sysctl -qw net.ipv6.conf.all.forwarding=1
quiet "forwarding is on" a "^note +forwarding"

ipn a link set cv0 down
finds "a link that is down" a "is down: ip link set cv0 up"
ipn a link set cv0 up
quiet "a link that is up" a "is down"
tun_set a cv0 private-key /dev/null
finds "a link without a private key" a "has no private key"
tun_set a cv0 private-key "$tmp/a.key"
quiet "a link with a private key" a "private key"
if [ "$kind" = culvert ]; then
	for bind in ${outer4[a]} ${outer6[a]} "${outer4[a]},::" 0.0.0.0; do
		tun_set a cv0 bind-address "$bind"
		quiet "a link that is bound to $bind" a
		matches "a link that is bound to $bind: the port takes packets" \
			"^ok +cv0 +UDP port $port receives packets" "$doctor_out"
	done
	tun_set a cv0 bind-address any bind-device va
	notes "a link that is bound to an interface" a \
		"cv0 +UDP port $port takes packets that come in by va only"
	tun_set a cv0 bind-device any
fi
doctor_out=$(n a setpriv --bounding-set -net_admin culvert doctor) || :
matches "without CAP_NET_ADMIN: the link is not looked at" \
	"^note +cv0 +not checked: .*CAP_NET_ADMIN" "$doctor_out"

# What the kernel says of the module and of its processor.
pretend() { echo "$2" >"$tmp/pretended"; mount --bind "$tmp/pretended" "$1"; }
pretend /sys/module/culvert/version 0.0.1
finds "a module of another version" a "loaded +version 0.0.1, but this command is "
umount /sys/module/culvert/version
sed 's/\(^\|\x00\)version=[0-9]/\1version=9/' "$ko" >"$tmp/next.ko"
mount --bind "$tmp/next.ko" "$ko"
if [ "$(modinfo -F version culvert)" != "$(cat /sys/module/culvert/version)" ]; then
	notes "a module file of another version" a \
		"loaded +version .* takes effect at the next boot"
else
	skip "a module file of another version" "its version cannot be written over"
fi
umount "$ko"
pretend /proc/kallsyms "0000000000000000 T chacha_crypt_generic"
pretend /proc/cpuinfo "flags : fpu ssse3"
finds "a kernel without the processor's code" a "crypto +generic C code only"
umount /proc/cpuinfo
pretend /proc/cpuinfo "flags : fpu"
notes "a processor without instructions for it" a "crypto +this CPU has neither SSSE3 nor NEON"
umount /proc/cpuinfo
umount /proc/kallsyms
quiet "no faults any more" a
drop_all

# The module itself.
soon "the module is unloaded" 30 rmmod culvert
out=$(culvert doctor) || :
matches "doctor, module not loaded: 'culvert load' is advised" \
	"^note +loaded +no: run 'culvert load'" "$out"
fails_with "set of a missing link, module not loaded: load is advised" \
	"no such device; the module is not loaded: try 'culvert load'" \
	culvert set cv9 fwmark 1
works "culvert load" culvert load
works "culvert load of a loaded module" culvert load
matches "doctor after culvert load: loaded" "^ok +loaded" "$(culvert doctor)"

# A file in modprobe.d that makes culvert replace wireguard.ko, not yet in effect.
fragment=/etc/modprobe.d/culvert-replaces-wireguard.conf
defer "rm -f $fragment"
wait_for 30 module_gone wireguard
is "no modprobe.d file: doctor says nothing about wireguard" "" "$(culvert doctor | grep wireguard || :)"
cp "$CULVERT_TREE/packaging/modprobe.d/${fragment##*/}" "$fragment"
matches "modprobe.d file, culvert loaded without the option: a note" \
	"^note +wireguard +/etc/modprobe.d sets replace_wireguard=1, but culvert was loaded without it: .*'modprobe -r wireguard culvert'" \
	"$(culvert doctor || :)"
works "modprobe.d file: modprobe -r as the note advises" modprobe -r wireguard culvert
works "modprobe.d file: modprobe wireguard" modprobe wireguard
matches "modprobe.d file, wireguard.ko loaded: BAD with what to do" \
	"^BAD +wireguard +/etc/modprobe.d sets replace_wireguard=1, but wireguard.ko is loaded, .*'modprobe -r wireguard'" \
	"$(culvert doctor || :)"
fails_with "modprobe.d file, wireguard.ko loaded: load says what to do" \
	"replace_wireguard=1 is set \(see /etc/modprobe.d\), but wireguard.ko is loaded: .*'modprobe -r wireguard'" \
	culvert load
works "modprobe.d file, wireguard.ko loaded: modprobe -r as advised" modprobe -r wireguard
matches "modprobe.d file, nothing loaded: it applies to the next load" \
	"^ok +wireguard +links of this kind will be served by culvert" "$(culvert doctor || :)"
works "modprobe.d file: culvert load" culvert load
matches "modprobe.d file, culvert loaded: doctor says it is served" "^ok +wireguard +links of this kind are served by culvert" \
	"$(culvert doctor || :)"
works "modprobe.d file, culvert loaded: modprobe -r culvert" modprobe -r culvert
rm "$fragment"

release=$(uname -r)
other=${release%?}X
# A kernel with checksums of its symbols looks at what follows the release alone.
sed "s/vermagic=$release SMP/vermagic=$other XMP/" "$ko" >"$tmp/culvert.ko"
mount --bind "$tmp/culvert.ko" "$ko"
fails_with "culvert load of a module for another kernel: refused" \
	"built for kernel $other, and $release is running: run 'dkms autoinstall'" \
	culvert load
matches "doctor, a module for another kernel: BAD" "^BAD +module .*built for kernel $other" \
	"$(culvert doctor || :)"
umount "$ko"

mount -t tmpfs none "$(dirname "$ko")"
depmod_none() { mkdir -p "$tmp/none" && mount --bind "$tmp/none" "/lib/modules/$release"; }
works "/lib/modules is empty" depmod_none
fails_with "culvert load without module and headers: says what to install" \
	"no module culvert for the running kernel $release.*apt-get install linux-headers-$release" \
	culvert load
umount "/lib/modules/$release"
umount "$(dirname "$ko")"
fails_with "culvert load in a container: says what to do on the host" \
	"this is a container.* on the host, run 'modprobe culvert'" \
	setpriv --bounding-set -sys_module culvert load
fails_with "culvert load without root: refused" "needs root: try 'sudo culvert load'" \
	setpriv --reuid 65534 --clear-groups "$(command -v culvert)" load
# modinfo then also complains on stderr, which is not its answer.
hide_others() { mount -t tmpfs -o mode=700 none "/lib/modules/$release/kernel"; }
works "/lib/modules is readable by root only" hide_others
fails_with "culvert load without root, modules unreadable: refused" \
	"needs root: try 'sudo culvert load'" \
	setpriv --reuid 65534 --clear-groups "$(command -v culvert)" load
umount "/lib/modules/$release/kernel"
works "at the end the module loads" modprobe culvert
finish
