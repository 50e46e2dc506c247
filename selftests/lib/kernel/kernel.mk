# SPDX-License-Identifier: GPL-2.0
# The pretended kernel, for the Makefiles that compile files of the module on top of it: they
# include this, and compile and link pretended_sources with files compiled by pretended_flags.

pretended := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
pretended_sources := $(patsubst $(pretended)/%.c,%,\
	$(wildcard $(pretended)/*.c $(pretended)/crypto/*.c))
pretended_flags := -D_GNU_SOURCE -Wno-unused-parameter -Wno-sign-compare \
	-I$(pretended)/include -include linux/kconfig.h
