# SPDX-License-Identifier: GPL-2.0
# Common ground of the scripts in selftests/: where things are, how to complain.
# Sourced by the other scripts here, by check and its like, and by lint; bash only.
# shellcheck shell=bash disable=SC2034

vm_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
tree=$(cd "$vm_dir/../.." && pwd -P)
build=$(realpath -m "${CULVERT_BUILD:-$tree/build}")
me=${0##*/}

export LC_ALL=C
umask 022

# Everything that is said to a person goes to stderr; stdout is for results.
say() { printf '%s\n' "$me: $*" >&2; }
die() { say "$*"; exit 1; }

# have PROGRAM: also finds what only root has in its PATH.
case ":$PATH:" in
*:/usr/sbin:*) ;;
*) PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin ;;
esac
have() { command -v "$1" >/dev/null 2>&1; }

# What apt says when there is no way to the package archive.
no_archive='Temporary failure resolving|Could not (resolve|connect)|Unable to connect'

# kernel_dir NAME: the directory of an unpacked kernel, by release or short name.
# Prints nothing and fails when there is none.
kernel_dir() {
	local dir=$build/kernels/$1

	[ -e "$dir/release" ] || return 1
	(cd "$dir" && pwd -P)
}

# debian_mirror: the one that this machine uses if it is a Debian, or else anyone's.
debian_mirror() {
	local mirror=''

	if [ "$(. /etc/os-release && echo "$ID")" = debian ]; then
		# A machine may have its sources in the older format.
		mirror=$({ sed -n 's/^URIs: *\([^ ]*\/debian\)\/*$/\1/p' \
			/etc/apt/sources.list.d/debian.sources 2>/dev/null || :; } | head -n 1)
	fi
	echo "${mirror:-http://deb.debian.org/debian}"
}

# tree_files: everything that belongs to the tree, by name, with a zero byte after each.
tree_files() {
	cd "$tree" || return
	if git rev-parse --git-dir >/dev/null 2>&1; then
		git ls-files -zco --exclude-standard
	else
		find . -path ./build -prune -o -type f -print0
	fi
}
