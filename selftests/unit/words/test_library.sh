#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# libculvert as a shared library: it exports what libculvert.h declares, and nothing else; each
# function is documented where it is written and in libculvert(3); it needs libmnl alone, has no
# memory of its own, and can neither print nor end a program; installed, it is found by pkg-config,
# programs in C and C++ run with it, the examples compile, and nothing stays of it.
# selftests/check-unit runs it.
. "$(dirname "$0")/tap.sh"
export LC_ALL=C.UTF-8

lib=$CULVERT_TREE/tools/lib
cc=${CC:-gcc}
cxx=${CXX:-g++}
# What cc and c++ have to say of a program that is all right: nothing.
strict=(-Wall -Wextra -Werror)

# declared: the functions of the header.
declared() { sed -nE 's/^CVL_API [^(]*\b(cvl_[a-z0-9_]+)\(.*/\1/p' "$lib/libculvert.h" | sort; }

# uses PATTERN: what the library asks others for that it must not.
uses() { nm -D -u "$shared" | awk '{ print $NF }' | sed 's/@.*//' | grep -xE "(__)?($1)(_chk)?"; }

test_symbols()
{
	shared=$(echo "$CULVERT_TOOLS"/libculvert.so.*)
	soname=$(readelf -d "$shared" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p')
	has "the soname is what the file's name begins with" "^$soname\\.[0-9]+\$" "${shared##*/}"
	is "what it exports is what the header declares" "$(declared)" \
		"$(nm -D --defined-only "$shared" | awk '$2 == "T" { print $3 }' | sed 's/@.*//' | sort)"
	is "no variable is exported" "" \
		"$(nm -D --defined-only "$shared" | awk '$2 !~ /[TA]/')"
	is "each symbol has a version" "" \
		"$(nm -D --defined-only "$shared" | awk '$2 == "T" && $3 !~ /@@LIBCULVERT_[0-9.]+$/')"
	is "the header declares nothing beside that" "" \
		"$(grep -nE '^[a-z][^;{}]*\bcvl_[a-z0-9_]+\(' "$lib/libculvert.h")"
	is "it needs libmnl and libc" "libc.so.6 libmnl.so.0" "$(readelf -d "$shared" |
		sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -v '^ld-linux' | sort | paste -sd ' ')"
}

test_manners()
{
	is "no memory of its own: no section of its objects can be written to" "" \
		"$(for object in "$CULVERT_TOOLS"/lib/*.o; do
			size -A "$object" | awk -v object="${object##*/}" '
				$1 ~ /^\.(data|bss|tdata|tbss)/ && $1 !~ /^\.data\.rel\.ro/ && $2 > 0 {
					print object, $1, $2 }'
		done)"
	is "it does not print" "" "$(uses 'v?printf|v?dprintf|puts|putchar|perror|psignal|v?syslog|v?warnx?|stdout|stderr')"
	is "it does not end the program" "" "$(uses '_?exit|abort|v?errx?|assert_fail|raise|kill')"
	is "it asks for nothing that libc keeps for all threads" "" \
		"$(uses 'strtok|(local|gm)time|ctime|asctime|inet_ntoa|gethostby.*|getservby.*|setlocale|s?rand|random|environ|putenv|setenv|signal|sigaction')"
}

test_documented()
{
	local name

	for name in $(declared); do
		grep -qE "^ \* $name\(\) - " "$lib"/*.c || echo "$name"
	done >"$tmp/undocumented"
	is "each function has kernel-doc" "" "$(<"$tmp/undocumented")"
	is "each function is in libculvert(3), and no other" "$(declared)" \
		"$(sed -nE 's/^\.Fn (cvl_[a-z0-9_]+).*/\1/p' "$CULVERT_TREE/tools/man/libculvert.3" | sort -u)"
}

# build NAME COMPILER...: a program against what is installed; FLAGS of pkg-config.
build()
{
	local name=$1

	shift
	# shellcheck disable=SC2086 # words
	"$@" $flags -o "$tmp/$name" 2>&1
}

test_installed()
{
	local root=$tmp/root

	make -s -C "$CULVERT_TREE/tools" O="$CULVERT_TOOLS" PREFIX="$root" install >"$tmp/install" 2>&1
	is "it is installed" "" "$(<"$tmp/install")"
	is "with the links that programs and compilers look for" "$soname" \
		"$(readlink "$root/lib/libculvert.so")"
	is "and the loader" "${shared##*/}" "$(readlink "$root/lib/$soname")"
	export PKG_CONFIG_PATH=$root/lib/pkgconfig LD_LIBRARY_PATH=$root/lib
	flags=$(pkg-config --cflags --libs libculvert)
	is "pkg-config: libmnl is not what a program links with" "" "$(grep -o mnl <<<"$flags")"
	has "pkg-config: but for a static one" "-lculvert .*-lmnl" "$(pkg-config --static --libs libculvert)"
	cat >"$tmp/try.c" <<-'END'
		#include <libculvert.h>
		int main(void)
		{
			unsigned char key[CVL_KEY_BYTES];
			struct cvl_device *dev = cvl_device_create();

			cvl_device_destroy(dev);
			return !dev || cvl_key_random(key);
		}
	END
	is "a program in C" "" "$(build try "$cc" -std=c11 -pedantic "${strict[@]}" "$tmp/try.c")"
	has "has a version of it in its needs" "LIBCULVERT_0\\.1" "$(objdump -p "$tmp/try")"
	is "and runs" 0 "$("$tmp/try" 2>&1; echo $?)"
	is "the same, static but for libc" "" "$(
		"$cc" -I"$root/include" "$tmp/try.c" "$root/lib/libculvert.a" -lmnl -o "$tmp/static" 2>&1)"
	is "runs without the shared one" 0 "$(LD_LIBRARY_PATH='' "$tmp/static" 2>&1; echo $?)"
	cp "$tmp/try.c" "$tmp/try.cc"
	is "a program in C++" "" "$(build try++ "$cxx" -std=c++17 "${strict[@]}" "$tmp/try.cc")"
	is "runs as well" 0 "$("$tmp/try++" 2>&1; echo $?)"
	is "the command needs no shared libculvert" "" "$(readelf -d "$root/bin/culvert" | grep libculvert)"
	make -s -C "$CULVERT_TREE/tools" O="$CULVERT_TOOLS" PREFIX="$root" uninstall
	is "nothing stays when it is uninstalled" "" "$(find "$root" ! -type d)"
}

test_symbols
test_manners
test_documented
test_installed
finish
