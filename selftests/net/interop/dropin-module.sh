#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 180
# test-modules: taken
# culvert takes the place of wireguard.ko when it is asked to, only then, and only where
# there is a place: the module parameter, the file for modprobe.d, links of both kinds
# side by side, and which of the modules serves a link.
. "$(dirname "$0")/../../lib/test.sh"

fragment=$CULVERT_TREE/packaging/modprobe.d/culvert-replaces-wireguard.conf
installed=/etc/modprobe.d/culvert-replaces-wireguard.conf
taken=$CULVERT_BUILD/test-modules/$(uname -r)/cv_test_taken.ko

is_loaded() { [ -d "/sys/module/$1" ] && echo loaded || echo "not loaded"; }
driver() { n "$1" ethtool -i "$2" | sed -n 's/^driver: //p'; }
devtype() { n_sys "$1" sed -n 's/^DEVTYPE=//p' "/sys/class/net/$2/uevent"; }
kind_of() { ipn "$1" -j -d link show "$2" | sed 's/.*"info_kind":"\([^"]*\)".*/\1/'; }
unload() { soon "$1 is unloaded" 30 module_gone "$1"; }

# families: which of the two the kernel has; asking for one by name would load it.
families() { py dropin.py names | grep -xE 'culvert|wireguard' | sort | paste -sd ' '; }

# refused NAME WHAT: culvert is not loaded in wireguard's place, since its WHAT is taken.
refused()
{
	local before

	before=$(dmesg | wc -l)
	fails_with "$1: culvert is not loaded" "resource busy" \
		modprobe culvert replace_wireguard=1
	is "$1: it is not there" "not loaded" "$(is_loaded culvert)"
	is "$1: one line says why" "1 1" "$(dmesg | tail -n +$((before + 1)) |
		awk -v w="culvert: not loaded: replace_wireguard=1 needs the $2 \"wireguard\".*modprobe -r wireguard" \
			'/culvert/ { lines++ } $0 ~ w { right++ } END { print lines + 0, right + 0 }')"
	works "$1: without the option it is loaded" modprobe culvert
	ns_new a
	works "$1: and works" ipn a link add cv0 type culvert
	drop_all
	unload culvert
}

is "the module has no name of wireguard's" "" \
	"$(modinfo -F alias culvert | grep wireguard)"
is "by default it leaves wireguard's place alone" N \
	"$(cat /sys/module/culvert/parameters/replace_wireguard)"
is "the option is for reading only" 444 \
	"$(command stat -c %a /sys/module/culvert/parameters/replace_wireguard)"
is "by default it has one family" culvert "$(families)"

# Side by side.
ns_new a
works "a link of kind wireguard" ipn a link add wg0 type wireguard
works "a link of kind culvert" ipn a link add cv0 type culvert
is "is the kernel's own" "wireguard wireguard wireguard" \
	"$(driver a wg0) $(devtype a wg0) $(kind_of a wg0)"
is "is culvert's" "culvert culvert culvert" \
	"$(driver a cv0) $(devtype a cv0) $(kind_of a cv0)"
is "culvert show: module" "culvert wireguard" \
	"$(n a culvert show cv0 module) $(n a culvert show wg0 module)"
matches "culvert doctor: the link" "^ok +wg0 +of kind wireguard, .* module wireguard\$" \
	"$(n a culvert doctor || :)"
matches "culvert doctor: the kind" "^ok +wireguard +.*served by wireguard.ko" \
	"$(n a culvert doctor || :)"
drop_all
unload culvert

# No place.
refused "wireguard.ko is there" "netlink family"
cp "$fragment" "$installed"
fails_with "culvert load says what to do" "replace_wireguard=1.*/etc/modprobe.d.*wireguard.ko is loaded.*modprobe -r wireguard" \
	culvert load
rm "$installed"
is "wireguard.ko has not suffered" wireguard "$(families)"
unload wireguard
insmod "$taken" family=1
refused "the family is taken" "netlink family"
rmmod cv_test_taken
insmod "$taken" family=0
refused "the kind is taken" "link kind"
is "the kind is taken: no family is left" "" "$(families)"
rmmod cv_test_taken

# In its place.
replace_wireguard
is "it has both families" "culvert wireguard" "$(families)"
ns_new a b
works "a link of kind wireguard" ipn a link add wg0 type wireguard
is "is culvert's in all but name" "culvert wireguard wireguard" \
	"$(driver a wg0) $(devtype a wg0) $(kind_of a wg0)"
is "no wireguard.ko came for it" "not loaded" "$(is_loaded wireguard)"
works "a link of kind culvert" ipn a link add cv0 type culvert
is "is culvert's" "culvert culvert culvert" \
	"$(driver a cv0) $(devtype a cv0) $(kind_of a cv0)"
is "culvert show all: module" "cv0	culvert wg0	culvert" \
	"$(n a culvert show all module | sort | paste -sd ' ')"
matches "culvert doctor: the link" "^ok +wg0 +of kind wireguard, .* module culvert\$" \
	"$(n a culvert doctor || :)"
matches "culvert doctor: the kind" "^ok +wireguard +.*are served by culvert," "$(n a culvert doctor || :)"
relay n_py a dropin.py serves
is "wg shows its kind only" wg0 "$(n a wg show interfaces)"
modprobe wireguard || :
is "wireguard.ko finds no place" "not loaded" "$(is_loaded wireguard)"
is "and does no harm" wg0 "$(n a wg show interfaces)"

ipn a link del cv0
fails "a link of kind wireguard keeps the module" rmmod culvert
ipn a link set wg0 name wan0
is "renamed: wg finds it" 4711 \
	"$(n a wg set wan0 listen-port 4711; n a wg show wan0 listen-port)"
ipn a link set wan0 up
ipn a link set wan0 netns "${ns[b]}"
is "moved: the kind is the same" "culvert wireguard wireguard" \
	"$(driver b wan0) $(devtype b wan0) $(kind_of b wan0)"
is "moved: wg finds it" "wan0 4711" \
	"$(n b wg show interfaces) $(n b wg show wan0 listen-port)"
ipn b link set wan0 up
is "moved: its sockets are where it was born" 2 "$(n a ss -Hulna 'sport = :4711' | wc -l)"
fails "moved: it keeps the module" rmmod culvert
ns_drop b
soon "its namespace ends: so does the link, and the module goes" 60 module_gone culvert
drop_all

# By modprobe.d alone.
ns_new a
cp "$fragment" "$installed"
defer "rm -f $installed"
works "with the file: a link of kind wireguard" ipn a link add wg0 type wireguard
is "with the file: it is culvert's" "culvert loaded, not loaded" \
	"$(driver a wg0) $(is_loaded culvert), $(is_loaded wireguard)"
ipn a link del wg0
unload culvert
works "with the file: asked for by the family" n_py a dropin.py call wireguard
is "with the file: culvert answers" "culvert wireguard" "$(families)"
unload culvert
works "with the file: culvert load" culvert load
is "with the file: in wireguard's place" Y \
	"$(cat /sys/module/culvert/parameters/replace_wireguard)"
unload culvert
rm "$installed"
works "without the file: a link of kind wireguard" ipn a link add wg0 type wireguard
is "without the file: it is the kernel's own" "wireguard not loaded, loaded" \
	"$(driver a wg0) $(is_loaded culvert), $(is_loaded wireguard)"
drop_all
unload wireguard
finish
