# SPDX-License-Identifier: GPL-2.0
# What Makefiles of unit tests in C have in common. They set O, here, programs and the flags of
# their own, include this, and build objects by $(compile).

CFLAGS ?= -O1 -g
SANITIZE ?= -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
flags := -std=gnu11 -Wall -Wextra -Werror $(flags) $(SANITIZE)

.PHONY: all list clean
all: $(programs)

list:
	@printf '%s\n' $(abspath $(programs))

clean:
	rm -rf $(O)

define compile
@mkdir -p $(@D)
$(CC) $(flags) $(CFLAGS) -MMD -MP -c -o $@ $<
endef

$(O)/%.o: $(here)%.c
	$(compile)

.SECONDARY:
-include $(wildcard $(O)/*.d $(O)/*/*.d $(O)/*/*/*.d)
