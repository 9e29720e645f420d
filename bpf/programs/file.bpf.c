// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/*
 * Files beside their opening: security_inode_unlink, magic_write and file_modification, security_sb_mount,
 * set_fs_pwd. Which file was written comes from the file table; what was written, and the names of what is gone,
 * from the caller's memory as the call returns.
 */
#include "../include/object.h"

#define CALL_UNLINK          87
#define CALL_UNLINK_COMPAT   10
#define CALL_FCHDIR          81
#define CALL_FCHDIR_COMPAT   133
#define CALL_PWRITE64        18
#define CALL_PWRITE64_COMPAT 181
#define CALL_WRITEV          20
#define CALL_WRITEV_COMPAT   146
#define CALL_PWRITEV         296
#define CALL_PWRITEV_COMPAT  334
#define CALL_PWRITEV2        328
#define CALL_PWRITEV2_COMPAT 379

#define O_ACCMODE 3

/* Pieces of a scattered write that are looked at for the file's first bytes. */
#define MAGIC_PIECES 8

SEC("tp_btf/sys_exit")
int BPF_PROG(call_unlink, struct pt_regs *regs, long result)
{
    struct returned call;
    struct scratch *s;
    bool at;

    object__read(&call, regs, result);
    at = call.number != CALL_UNLINK && call.number != CALL_UNLINK_COMPAT;
    if (result != 0 || (at && (call.argument[2] & AT_REMOVEDIR)))
        return 0;
    s = object__begin(&call, EVENT_SECURITY_INODE_UNLINK);
    if (!s)
        return 0;
    object__body(s, call.task, 0);
    object__name(s, call.task, at ? (__s32)call.argument[0] : AT_FDCWD, call.argument[at ? 1 : 0]);
    return object__end(s);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(call_chdir, struct pt_regs *regs, long result)
{
    struct returned call;
    struct scratch *s;

    object__read(&call, regs, result);
    if (result != 0)
        return 0;
    s = object__begin(&call, EVENT_SET_FS_PWD);
    if (!s)
        return 0;
    object__body(s, call.task, 0);
    if (call.number == CALL_FCHDIR || call.number == CALL_FCHDIR_COMPAT)
        emit__empty(s);
    else
        emit__user_string(s, call.argument[0]);
    emit__path(s, (__u64)call.task->fs->pwd.mnt, (__u64)call.task->fs->pwd.dentry);
    return object__end(s);
}

/* Attempts count: what a mount was asked for says more than that it was refused. */
SEC("tp_btf/sys_exit")
int BPF_PROG(call_mount, struct pt_regs *regs, long result)
{
    struct returned call;
    struct scratch *s;

    object__read(&call, regs, result);
    s = object__begin(&call, EVENT_SECURITY_SB_MOUNT);
    if (!s)
        return 0;
    s->number[0] = call.argument[3];
    object__body(s, call.task, 1);
    if (call.argument[0])
        emit__user_string(s, call.argument[0]);
    else
        emit__empty(s);
    object__name(s, call.task, AT_FDCWD, call.argument[1]);
    if (call.argument[2])
        emit__user_string(s, call.argument[2]);
    else
        emit__empty(s);
    return object__end(s);
}

/* A file opened for writing, as it was before its first write. */
SEC("tp_btf/sys_exit")
int BPF_PROG(call_open_to_write, struct pt_regs *regs, long result)
{
    struct returned call;
    struct opened_file opened;
    struct file_facts facts;
    struct file *file;
    __u64 key;

    object__read(&call, regs, result);
    if (result < 0 || emit__is_own(call.task->tgid))
        return 0;
    file = extract__descriptor(call.task, result);
    if (!file || !(BPF_CORE_READ(file, f_flags) & O_ACCMODE))
        return 0;
    facts = extract__file(file);
    if ((facts.mode & S_IFMT) != S_IFREG)
        return 0;
    key = (__u64)file;
    opened.inode = facts.inode;
    opened.ctime = facts.ctime;
    emit__remember(&opened_files, &key, &opened, REMEMBERED_FILES);
    return 0;
}

static __always_inline int file__modified(const struct returned *call, struct file *file, const struct file_facts *facts)
{
    __u64 key = (__u64)file;
    struct opened_file *opened = bpf_map_lookup_elem(&opened_files, &key);
    struct scratch *s;
    __u64 before;

    if (!opened)
        return 0;
    before = opened->ctime;
    /* The address may be another file's by now. */
    if (opened->inode != facts->inode) {
        emit__forget(&opened_files, &key, REMEMBERED_FILES);
        return 0;
    }
    s = object__begin(call, EVENT_FILE_MODIFICATION);
    if (!s)
        return 0;
    emit__forget(&opened_files, &key, REMEMBERED_FILES);
    s->number[0] = facts->dev;
    s->number[1] = facts->inode;
    s->number[2] = before;
    s->number[3] = facts->ctime;
    object__body(s, call->task, 4);
    emit__file_path(s, file);
    return object__end(s);
}

/* The first bytes of a write that came in pieces, and how many. Separate, so that the verifier looks at its loop once. */
static __noinline int file__gather(struct scratch *s, __u64 pieces, __u64 count, bool compat)
{
    char *room = emit__room(s, MAGIC_PART_MAX * 2);
    __u64 length = 0;

    if (!room)
        return 0;
    for (__u64 n = 0; n < MAGIC_PIECES; n++) {
        __u64 base = 0, size = 0;

        if (n >= count || length >= MAGIC_PART_MAX)
            break;
        if (compat) {
            bpf_probe_read_user(&base, sizeof(__u32), (void *)(pieces + n * 8));
            bpf_probe_read_user(&size, sizeof(__u32), (void *)(pieces + n * 8 + 4));
        } else {
            bpf_probe_read_user(&base, sizeof(base), (void *)(pieces + n * 16));
            bpf_probe_read_user(&size, sizeof(size), (void *)(pieces + n * 16 + 8));
        }
        if (size > MAGIC_PART_MAX)
            size = MAGIC_PART_MAX;
        barrier_var(length);
        barrier_var(size);
        if (length > MAGIC_PART_MAX || size > MAGIC_PART_MAX)
            break;
        if (size && bpf_probe_read_user(room + length, size, (void *)base))
            break;
        length += size;
    }
    return length > MAGIC_PART_MAX ? MAGIC_PART_MAX : length;
}

static __always_inline bool file__is_scattered(const struct returned *call)
{
    if (call->compat)
        return call->number == CALL_WRITEV_COMPAT || call->number == CALL_PWRITEV_COMPAT ||
               call->number == CALL_PWRITEV2_COMPAT;
    return call->number == CALL_WRITEV || call->number == CALL_PWRITEV || call->number == CALL_PWRITEV2;
}

/* Where in the file the write began. */
static __always_inline __u64 file__began(const struct returned *call, struct file *file)
{
    bool at, mixed;

    if (call->compat) {
        at = call->number == CALL_PWRITE64_COMPAT || call->number == CALL_PWRITEV_COMPAT;
        mixed = call->number == CALL_PWRITEV2_COMPAT;
    } else {
        at = call->number == CALL_PWRITE64 || call->number == CALL_PWRITEV;
        mixed = call->number == CALL_PWRITEV2;
    }
    /* pwritev2 with an offset of -1 writes where the file stands. */
    if (mixed && call->argument[3] != (call->compat ? 0xffffffffULL : ~0ULL))
        at = true;
    if (!at)
        return BPF_CORE_READ(file, f_pos) - call->result;
    if (BPF_CORE_READ(file, f_flags) & O_APPEND)
        return BPF_CORE_READ(file, f_inode, i_size) - call->result;
    return call->compat ? call->argument[3] | call->argument[4] << 32 : call->argument[3];
}

static __always_inline int file__written(const struct returned *call, struct file *file, const struct file_facts *facts)
{
    __u64 length = call->result, size;
    struct scratch *s;
    char *room;

    if (file__began(call, file) != 0)
        return 0;
    s = object__begin(call, EVENT_MAGIC_WRITE);
    if (!s)
        return 0;
    s->number[0] = facts->dev;
    s->number[1] = facts->inode;
    object__body(s, call->task, 2);
    emit__file_path(s, file);

    if (length > MAGIC_PART_MAX)
        length = MAGIC_PART_MAX;
    if (file__is_scattered(call)) {
        size = file__gather(s, call->argument[1], call->argument[2], call->compat);
        emit__part(s, length < size ? length : size, size < length);
        return object__end(s);
    }
    room = emit__room(s, MAGIC_PART_MAX);
    barrier_var(length);
    if (!room || length > MAGIC_PART_MAX || bpf_probe_read_user(room, length, (void *)call->argument[1]))
        emit__part(s, 0, true);
    else
        emit__part(s, length, false);
    return object__end(s);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(call_write, struct pt_regs *regs, long result)
{
    struct file_facts facts;
    struct returned call;
    struct file *file;

    if (result <= 0)
        return 0;
    object__read(&call, regs, result);
    file = extract__descriptor(call.task, (__s32)call.argument[0]);
    facts = extract__file(file);
    if ((facts.mode & S_IFMT) != S_IFREG)
        return 0;
    file__modified(&call, file, &facts);
    return file__written(&call, file, &facts);
}

/* ftruncate, fallocate. */
SEC("tp_btf/sys_exit")
int BPF_PROG(call_resize, struct pt_regs *regs, long result)
{
    struct file_facts facts;
    struct returned call;
    struct file *file;

    if (result != 0)
        return 0;
    object__read(&call, regs, result);
    file = extract__descriptor(call.task, (__s32)call.argument[0]);
    facts = extract__file(file);
    if ((facts.mode & S_IFMT) != S_IFREG)
        return 0;
    return file__modified(&call, file, &facts);
}
