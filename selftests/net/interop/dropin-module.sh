#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mode: one
# timeout: 180
# test-modules: taken
# culvert takes the place of wireguard.ko when it is asked to, only then, and only if the
# names are free: the module parameter, the file for modprobe.d, links of both kinds
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
	is "$1: the module is not there" "not loaded" "$(is_loaded culvert)"
	is "$1: one line of the log says why" "1 1" "$(dmesg | tail -n +$((before + 1)) |
		awk -v w="culvert: not loaded: replace_wireguard=1 needs the $2 \"wireguard\".*modprobe -r wireguard" \
			'/culvert/ { lines++ } $0 ~ w { right++ } END { print lines + 0, right + 0 }')"
	works "$1: without the option it is loaded" modprobe culvert
	ns_new a
	works "$1: without the option a link can be added" ipn a link add cv0 type culvert
	drop_all
	unload culvert
}

is "the module has no alias of wireguard's" "" \
	"$(modinfo -F alias culvert | grep wireguard)"
is "replace_wireguard is off by default" N \
	"$(cat /sys/module/culvert/parameters/replace_wireguard)"
is "replace_wireguard is read-only" 444 \
	"$(command stat -c %a /sys/module/culvert/parameters/replace_wireguard)"
is "by default there is family culvert only" culvert "$(families)"

# Side by side.
ns_new a
works "both modules: add a link of kind wireguard" ipn a link add wg0 type wireguard
works "both modules: add a link of kind culvert" ipn a link add cv0 type culvert
is "both modules: the link of kind wireguard is wireguard.ko's" "wireguard wireguard wireguard" \
	"$(driver a wg0) $(devtype a wg0) $(kind_of a wg0)"
is "both modules: the link of kind culvert is culvert's" "culvert culvert culvert" \
	"$(driver a cv0) $(devtype a cv0) $(kind_of a cv0)"
is "both modules: culvert show tells the link's module" "culvert wireguard" \
	"$(n a culvert show cv0 module) $(n a culvert show wg0 module)"
matches "both modules: doctor tells the link's module" \
	"^ok +wg0 +of kind wireguard, .* module wireguard\$" \
	"$(n a culvert doctor || :)"
matches "both modules: doctor tells the kind's module" "^ok +wireguard +.*served by wireguard.ko" \
	"$(n a culvert doctor || :)"
drop_all
unload culvert

# The names are taken.
refused "wireguard.ko is loaded" "netlink family"
cp "$fragment" "$installed"
fails_with "wireguard.ko is loaded: culvert load says what to do" \
	"replace_wireguard=1.*/etc/modprobe.d.*wireguard.ko is loaded.*modprobe -r wireguard" \
	culvert load
rm "$installed"
is "wireguard.ko is loaded: its family is still there" wireguard "$(families)"
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
is "in its place: culvert has both families" "culvert wireguard" "$(families)"
ns_new a b
works "in its place: add a link of kind wireguard" ipn a link add wg0 type wireguard
is "in its place: the driver of kind wireguard is culvert" "culvert wireguard wireguard" \
	"$(driver a wg0) $(devtype a wg0) $(kind_of a wg0)"
is "in its place: wireguard.ko is not loaded for the link" "not loaded" "$(is_loaded wireguard)"
works "in its place: add a link of kind culvert" ipn a link add cv0 type culvert
is "in its place: the link of kind culvert is culvert's" "culvert culvert culvert" \
	"$(driver a cv0) $(devtype a cv0) $(kind_of a cv0)"
is "in its place: culvert show all tells the links' module" "cv0	culvert wg0	culvert" \
	"$(n a culvert show all module | sort | paste -sd ' ')"
matches "in its place: doctor tells the link's module" \
	"^ok +wg0 +of kind wireguard, .* module culvert\$" \
	"$(n a culvert doctor || :)"
matches "in its place: doctor tells the kind's module" "^ok +wireguard +.*are served by culvert," \
	"$(n a culvert doctor || :)"
relay n_py a dropin.py serves
is "in its place: wg shows links of kind wireguard only" wg0 "$(n a wg show interfaces)"
modprobe wireguard || :
is "in its place: modprobe wireguard does not load it" "not loaded" "$(is_loaded wireguard)"
is "in its place: after modprobe wireguard wg shows the link" wg0 "$(n a wg show interfaces)"

ipn a link del cv0
fails "a link of kind wireguard: the module cannot be unloaded" rmmod culvert
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
is "moved: its sockets are in its birth netns" 2 "$(n a ss -Hulna 'sport = :4711' | wc -l)"
fails "moved: the module cannot be unloaded" rmmod culvert
ns_drop b
soon "moved: its netns ends, the module can be unloaded" 60 module_gone culvert
drop_all

# By modprobe.d alone.
ns_new a
cp "$fragment" "$installed"
defer "rm -f $installed"
works "with modprobe.d's file: add a link of kind wireguard" ipn a link add wg0 type wireguard
is "with modprobe.d's file: the link is culvert's" "culvert loaded, not loaded" \
	"$(driver a wg0) $(is_loaded culvert), $(is_loaded wireguard)"
ipn a link del wg0
unload culvert
works "with modprobe.d's file: get the family wireguard" n_py a dropin.py call wireguard
is "with modprobe.d's file: culvert has both families" "culvert wireguard" "$(families)"
unload culvert
works "with modprobe.d's file: culvert load" culvert load
is "with modprobe.d's file: culvert load sets replace_wireguard" Y \
	"$(cat /sys/module/culvert/parameters/replace_wireguard)"
unload culvert
rm "$installed"
works "without modprobe.d's file: add a link of kind wireguard" ipn a link add wg0 type wireguard
is "without modprobe.d's file: the link is wireguard.ko's" "wireguard not loaded, loaded" \
	"$(driver a wg0) $(is_loaded culvert), $(is_loaded wireguard)"
drop_all
unload wireguard
finish
