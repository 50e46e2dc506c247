// SPDX-License-Identifier: GPL-2.0
/*
 * Tells the kernel that this virtual machine is a clone of another, as the driver of the
 * VM generation ID does: each write to /dev/cv_clone is a new ID. Called by
 * selftests/stress/clone.sh.
 */
#include <linux/fs.h>
#include <linux/kprobes.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/uaccess.h>

#define ID_BYTES 16

/* The kernel exports it only where that driver is a module. */
static void (*tell)(const void *unique_vm_id, size_t bytes);

static ssize_t clone_write(struct file *file, const char __user *from, size_t bytes,
			   loff_t *at)
{
	u8 id[ID_BYTES];

	if (bytes != sizeof(id))
		return -EINVAL;
	if (copy_from_user(id, from, sizeof(id)))
		return -EFAULT;
	tell(id, sizeof(id));
	return bytes;
}

static const struct file_operations clone_operations = {
	.owner = THIS_MODULE,
	.write = clone_write,
};

static struct miscdevice clone_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "cv_clone",
	.fops = &clone_operations,
};

static int __init clone_init(void)
{
	struct kprobe probe = { .symbol_name = "add_vmfork_randomness" };
	int err = register_kprobe(&probe);

	if (err)
		return err;
	tell = (void *)probe.addr;
	unregister_kprobe(&probe);
	return misc_register(&clone_device);
}

static void __exit clone_exit(void)
{
	misc_deregister(&clone_device);
}

module_init(clone_init);
module_exit(clone_exit);

MODULE_DESCRIPTION("Test of culvert: clones of virtual machines");
MODULE_LICENSE("GPL");
