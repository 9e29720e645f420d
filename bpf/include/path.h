/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * path__: the path of a file, from its dentry and mount up to the root of the
 * mount namespace, whatever the process's own root is.
 *
 * Names are put in front of each other, so what is cut from an overlong path is
 * its beginning: such a path does not start with a slash. A file that hangs in
 * no directory (memfd, pipe, socket) has its bare name, e.g. "memfd:x". An
 * unlinked file keeps the path it had; nothing is appended to it.
 */
#pragma once

#include "extract.h"

/* Components and mounts on the way; a deeper path is cut. */
#define PATH_STEPS_MAX 256

static __always_inline struct mount *path__mount_of(__u64 vfsmount)
{
    return (struct mount *)(vfsmount - bpf_core_field_offset(struct mount, mnt));
}

/* Puts one name, and a slash before it, in front of the path; false when it does not fit. */
static __always_inline bool path__prepend(struct path_walk *walk, struct dentry *dentry, bool slash)
{
    __u64 length = kernel__read(struct dentry, dentry, d_name.len);
    __u64 begin = walk->begin;

    barrier_var(length);
    length &= NAME_LENGTH_MASK;
    if (length == 0) /* a pipe or a socket */
        return true;
    if (begin < length + slash)
        return false;
    begin -= length + slash;
    barrier_var(begin);
    begin &= PATH_PART_MAX - 1;
    if (slash)
        walk->bytes[begin] = '/';
    bpf_probe_read_kernel(walk->bytes + begin + slash, length, kernel__read(struct dentry, dentry, d_name.name));
    walk->begin = begin;
    return true;
}

static __always_inline void path__begin(struct path_walk *walk, __u64 vfsmount, __u64 dentry)
{
    walk->mount = vfsmount;
    walk->dentry = dentry;
    walk->begin = PATH_PART_MAX;
}

struct path_climb {
    struct path_walk *walk;
    bool rooted; /* the root of the mount namespace was reached */
};

/* From a dentry to the one above it, or from the root of a mount to where that is mounted; 1 at the end. */
static long path__step(__u32 step, struct path_climb *climb)
{
    struct path_walk *walk = climb->walk;
    struct dentry *dentry = (struct dentry *)walk->dentry;
    struct vfsmount *vfsmount = (struct vfsmount *)walk->mount;
    struct dentry *directory;

    if (dentry == kernel__read(struct vfsmount, vfsmount, mnt_root)) {
        struct mount *mount = path__mount_of(walk->mount);
        struct mount *parent = kernel__read(struct mount, mount, mnt_parent);

        if (parent == mount) {
            walk->cut = 0;
            climb->rooted = true;
            return 1;
        }
        walk->dentry = (__u64)kernel__read(struct mount, mount, mnt_mountpoint);
        walk->mount = (__u64)parent + bpf_core_field_offset(struct mount, mnt);
        return 0;
    }

    directory = kernel__read(struct dentry, dentry, d_parent);
    if (directory == dentry) {
        if (step == 0)
            path__prepend(walk, dentry, false);
        walk->cut = 0;
        return 1;
    }
    if (!path__prepend(walk, dentry, true))
        return 1;
    walk->dentry = (__u64)directory;
    return 0;
}

/*
 * Global, so that the verifier walks the loop once and not for each caller; the state of the walk lives in map memory
 * for the same reason. Linux 5.17 has loops whose body it walks once.
 */
__noinline int path__walk(struct path_walk *walk)
{
    struct path_climb climb = {.walk = walk};

    if (!walk)
        return 0;

    walk->cut = 1;
    if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_loop)) {
        bpf_loop(PATH_STEPS_MAX, path__step, &climb, 0);
    } else {
        for (int step = 0; step < PATH_STEPS_MAX; step++)
            if (path__step(step, &climb))
                break;
    }

    if (climb.rooted && walk->begin == PATH_PART_MAX) {
        walk->begin = PATH_PART_MAX - 1;
        walk->bytes[PATH_PART_MAX - 1] = '/';
    }
    return 0;
}

/* Steps on the way to the first two names; of a file deeper than that they are not looked for. */
#define PATH_ROOT_STEPS 24

/* The first eight bytes of a name, as a type that begins with a number of as many. */
static __always_inline __u64 path__name(__u64 dentry)
{
    const unsigned char *name;

    if (!dentry)
        return 0;
    name = kernel__read(struct dentry, (struct dentry *)dentry, d_name.name);
    return kernel__read(struct timespec64, (struct timespec64 *)name, tv_sec);
}

/*
 * The first two names of the path that path__begin() was told to walk, without any of the others: loads, where a walk
 * calls a helper for every name. False where they are not known. Only for kernels with plain loads.
 */
__noinline int path__first_names(struct path_walk *walk)
{
    __u64 dentry, vfsmount, first = 0, second = 0;

    if (!walk || !bpf_rdonly_cast)
        return false;
    dentry = walk->dentry;
    vfsmount = walk->mount;
    for (int step = 0; step < PATH_ROOT_STEPS; step++) {
        __u64 directory;

        if (dentry == (__u64)kernel__read(struct vfsmount, (struct vfsmount *)vfsmount, mnt_root)) {
            struct mount *mount = path__mount_of(vfsmount);
            struct mount *parent = kernel__read(struct mount, mount, mnt_parent);

            if (parent == mount) {
                walk->first = path__name(first);
                walk->second = path__name(second);
                return true;
            }
            dentry = (__u64)kernel__read(struct mount, mount, mnt_mountpoint);
            vfsmount = (__u64)parent + bpf_core_field_offset(struct mount, mnt);
            continue;
        }
        directory = (__u64)kernel__read(struct dentry, (struct dentry *)dentry, d_parent);
        if (directory == dentry)
            return false;
        second = first;
        first = dentry;
        dentry = directory;
    }
    return false;
}
