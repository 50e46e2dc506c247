// SPDX-License-Identifier: GPL-2.0
/*
 * culvert doctor: look for what keeps tunnels from working, one line for each thing,
 * with the remedy. This file looks at the machine, those in doctor/ at its links.
 */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "common/message.h"
#include "common/module.h"
#include "common/proc.h"
#include "doctor/doctor.h"

#define DOCTOR_SECURE_BOOT \
	"/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define DOCTOR_SIG_ENFORCE "/sys/module/module/parameters/sig_enforce"

/* The file for the running kernel. */
static void doctor_file(struct doctor *doctor, const struct cmd_module *module)
{
	char text[CMD_MODULE_TEXT_SIZE];

	if (!*module->vermagic || !cmd_diagnose_is_for(module->vermagic, module->release)) {
		cmd_module_explain(text, sizeof(text), module, "");
		/* what runs, runs; but not after the next boot */
		doctor_say(doctor, module->is_loaded ? DOCTOR_NOTE : DOCTOR_BAD, "module", "%s",
			   text);
		return;
	}
	doctor_say(doctor, DOCTOR_OK, "module", "%s, version %s", module->path, module->version);
}

/* To be loaded it needs the names that wireguard has in the kernel. */
static bool doctor_is_blocked(const struct cmd_module *module)
{
	return !module->is_loaded && module->will_replace &&
	       module->wireguard != CMD_WIREGUARD_ABSENT;
}

static void doctor_loaded(struct doctor *doctor, const struct cmd_module *module)
{
	if (!module->is_loaded && !*module->vermagic)
		return;
	if (doctor_is_blocked(module))
		doctor_say(doctor, DOCTOR_NOTE, "loaded", "no: see wireguard, below");
	else if (!module->is_loaded)
		doctor_say(doctor, DOCTOR_NOTE, "loaded",
			   "no: run 'culvert load', or create a link of kind culvert, which loads it");
	else if (strcmp(module->loaded_version, CULVERT_VERSION))
		doctor_say(doctor, DOCTOR_BAD, "loaded",
			   "version %s, but this command is %s: see \"Upgrade without dropping\" in README.md",
			   module->loaded_version, CULVERT_VERSION);
	else if (*module->version && strcmp(module->loaded_version, module->version))
		doctor_say(doctor, DOCTOR_NOTE, "loaded",
			   "version %s; version %s on disk takes effect at the next boot, or by culvert-upgrade",
			   module->loaded_version, module->version);
	else
		doctor_say(doctor, DOCTOR_OK, "loaded", "version %s, the same as this command",
			   module->loaded_version);
}

/*
 * A file in modprobe.d that makes culvert replace wireguard.ko takes effect when the module
 * is loaded next. While wireguard is in the kernel, that fails, and so does every tunnel.
 */
static void doctor_pending(struct doctor *doctor, const struct cmd_module *module)
{
	if (module->wireguard == CMD_WIREGUARD_BUILTIN)
		doctor_say(doctor, module->is_loaded ? DOCTOR_NOTE : DOCTOR_BAD, "wireguard",
			   "/etc/modprobe.d sets replace_wireguard=1, but wireguard is built into this kernel, so culvert does not load with it: remove culvert-replaces-wireguard.conf from /etc/modprobe.d");
	else if (module->is_loaded)
		doctor_say(doctor, DOCTOR_NOTE, "wireguard",
			   "/etc/modprobe.d sets replace_wireguard=1, but culvert was loaded without it: delete the links of kind culvert and wireguard and run 'modprobe -r wireguard culvert', or reboot");
	else if (module->wireguard == CMD_WIREGUARD_LOADED)
		doctor_say(doctor, DOCTOR_BAD, "wireguard",
			   "/etc/modprobe.d sets replace_wireguard=1, but wireguard.ko is loaded, so culvert does not load: delete the links of kind wireguard and run 'modprobe -r wireguard', or reboot");
	else
		doctor_say(doctor, DOCTOR_OK, "wireguard",
			   "links of this kind will be served by culvert: /etc/modprobe.d sets replace_wireguard=1");
}

/* Which module serves kind wireguard; nothing to say where there is no wireguard.ko. */
static void doctor_replaces(struct doctor *doctor, const struct cmd_module *module)
{
	if (module->will_replace && !module->replaces)
		doctor_pending(doctor, module);
	else if (module->replaces)
		doctor_say(doctor, DOCTOR_OK, "wireguard",
			   "links of this kind are served by culvert, which was loaded with replace_wireguard=1");
	else if (module->wireguard != CMD_WIREGUARD_ABSENT)
		doctor_say(doctor, DOCTOR_OK, "wireguard",
			   "links of this kind are served by wireguard.ko");
}

/* The variable has four bytes of flags before its value. */
static bool doctor_secure_boot(void)
{
	unsigned char bytes[5] = { 0 };
	FILE *file = fopen(DOCTOR_SECURE_BOOT, "re");
	bool is_on;

	if (!file)
		return false;
	is_on = fread(bytes, 1, sizeof(bytes), file) == sizeof(bytes) && bytes[4] == 1;
	fclose(file);
	return is_on;
}

/* Whether the kernel refuses a module without a signature that it knows. */
static bool doctor_wants_signature(void)
{
	char text[8];

	cmd_proc_read(text, sizeof(text), DOCTOR_SIG_ENFORCE);
	return !strcmp(text, "Y") || doctor_secure_boot();
}

static void doctor_signed(struct doctor *doctor, const struct cmd_module *module)
{
	if (!*module->vermagic)
		return;
	if (*module->signer)
		doctor_say(doctor, DOCTOR_OK, "signature", "by %s", module->signer);
	else if (doctor_wants_signature())
		doctor_say(doctor, module->is_loaded ? DOCTOR_NOTE : DOCTOR_BAD, "signature",
			   "none, and this kernel requires one (Secure Boot): DKMS signs the module if openssl is installed; then run 'mokutil --import /var/lib/dkms/mok.pub'");
	else
		doctor_say(doctor, DOCTOR_OK, "signature", "none, and none is required");
}

static void doctor_crypto(struct doctor *doctor, const struct cmd_module *module)
{
	static const char * const simd[] = {
		"chacha_block_xor_ssse3", "chacha_block_xor_neon", "chacha_4block_xor_neon", NULL,
	};
	char text[16384];
	size_t bytes = 0;
	FILE *file;
	bool able;

	file = fopen("/proc/cpuinfo", "re");
	if (file) {
		bytes = fread(text, 1, sizeof(text) - 1, file);
		fclose(file);
	}
	text[bytes] = '\0';
	able = cmd_diagnose_has_word(text, "flags", "ssse3") ||
	       cmd_diagnose_has_word(text, "Features", "asimd");
	if (!able)
		doctor_say(doctor, DOCTOR_NOTE, "crypto",
			   "this CPU has neither SSSE3 nor NEON: encryption is slow");
	else if (cmd_proc_has_symbol(simd, false))
		doctor_say(doctor, DOCTOR_OK, "crypto", "uses the CPU's vector instructions");
	else if (module->is_loaded)
		doctor_say(doctor, DOCTOR_BAD, "crypto",
			   "generic C code only, which is slow: this kernel was built without the optimized ChaCha20 code for its CPU");
}

static int doctor_options(struct cmd_out *out, bool *json, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		bool pretty = !strcmp(argv[i], "-p") || !strcmp(argv[i], "--pretty");

		if (!pretty && strcmp(argv[i], "-j") && strcmp(argv[i], "--json"))
			return cmd_misused("doctor",
					   "unexpected argument '%s'; expected -j, -p or none",
					   argv[i]);
		*json = true;
		out->indent |= pretty;
	}
	return 0;
}

static void doctor_machine(struct doctor *doctor)
{
	struct cmd_module module;

	cmd_module_look(&module);
	doctor_file(doctor, &module);
	doctor_loaded(doctor, &module);
	doctor_replaces(doctor, &module);
	doctor_signed(doctor, &module);
	doctor_crypto(doctor, &module);
}

/**
 * cmd_doctor() - the subcommand
 * @argc: at least 1
 * @argv: the name, and options
 *
 * Return: the exit status: 1 if something keeps tunnels from working.
 */
int cmd_doctor(int argc, char **argv)
{
	struct doctor doctor = { 0 };
	struct cmd_out out;
	bool json = false;

	cmd_out_init(&out, CMD_OUT_JSON, false);
	if (doctor_options(&out, &json, argc, argv))
		return 1;
	if (json) {
		doctor.out = &out;
		cmd_out_open(&out, NULL, '{');
		out.key = "schema";
		cmd_out_number(&out, CMD_OUT_SCHEMA, NULL);
		cmd_out_open(&out, "findings", '[');
	}
	doctor_machine(&doctor);
	doctor_links(&doctor);
	if (json) {
		cmd_out_close(&out, ']');
		cmd_out_close(&out, '}');
	}
	return doctor.bad ? 1 : 0;
}
