// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/*
 * ptrace, opened files (security_file_open) and renames (security_inode_rename),
 * read when the system call returns: the registers still hold its arguments,
 * user memory it touched is resident, and the file table says what was really
 * opened. Every system call of the host passes here, so the number decides
 * first and the program is attached only while one of its events is wanted.
 */
#include "../include/emit.h"

/* Bit of an x32 call, whose numbers are otherwise x86-64's (ptrace excepted). */
#define X32_SYSCALL_BIT 0x40000000
#define X32_PTRACE      521
#define X64_PTRACE      101

/* What do_dentry_open() removes from f_flags after use. */
#define OPEN_ONLY_FLAGS (O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC)

enum call_kind {
    CALL_OTHER,
    CALL_PTRACE,
    CALL_OPEN,
    CALL_CREAT,
    CALL_OPENAT,
    CALL_OPENAT2,
    CALL_OPEN_BY_HANDLE_AT,
    CALL_RENAME,
    CALL_RENAMEAT,
};

static __always_inline enum call_kind call__kind_native(long number)
{
    switch (number) {
    case 2:
        return CALL_OPEN;
    case 82:
        return CALL_RENAME;
    case 85:
        return CALL_CREAT;
    case X64_PTRACE:
        return CALL_PTRACE;
    case 257:
        return CALL_OPENAT;
    case 264: /* renameat */
    case 316: /* renameat2 */
        return CALL_RENAMEAT;
    case 304:
        return CALL_OPEN_BY_HANDLE_AT;
    case 437:
        return CALL_OPENAT2;
    default:
        return CALL_OTHER;
    }
}

static __always_inline enum call_kind call__kind_compat(long number)
{
    switch (number) {
    case 5:
        return CALL_OPEN;
    case 8:
        return CALL_CREAT;
    case 26:
        return CALL_PTRACE;
    case 38:
        return CALL_RENAME;
    case 295:
        return CALL_OPENAT;
    case 302: /* renameat */
    case 353: /* renameat2 */
        return CALL_RENAMEAT;
    case 342:
        return CALL_OPEN_BY_HANDLE_AT;
    case 437:
        return CALL_OPENAT2;
    default:
        return CALL_OTHER;
    }
}

struct call {
    struct task_struct *task;
    long result;
    long number;
    __u64 argument[5];
};

static __always_inline void call__read_arguments(struct call *call, struct pt_regs *regs, bool compat)
{
    if (compat) {
        call->argument[0] = (__u32)regs->bx;
        call->argument[1] = (__u32)regs->cx;
        call->argument[2] = (__u32)regs->dx;
        call->argument[3] = (__u32)regs->si;
        call->argument[4] = (__u32)regs->di;
    } else {
        call->argument[0] = regs->di;
        call->argument[1] = regs->si;
        call->argument[2] = regs->dx;
        call->argument[3] = regs->r10;
        call->argument[4] = regs->r8;
    }
}

static __always_inline struct scratch *call__begin(const struct call *call, __u32 event)
{
    struct scratch *s;

    if (emit__is_own(call->task->tgid))
        return NULL;
    s = emit__begin(event, call->task);
    if (s) {
        s->head.syscall = call->number;
        s->head.return_value = call->result;
    }
    return s;
}

static __always_inline int call__ptrace(const struct call *call)
{
    struct scratch *s = call__begin(call, EVENT_PTRACE);

    if (!s)
        return 0;
    s->ptrace.request = call->argument[0];
    s->ptrace.pid = (__s32)call->argument[1];
    s->ptrace.addr = call->argument[2];
    s->ptrace.data = call->argument[3];

    emit__body(s, call->task, sizeof(s->ptrace));
    return emit__end(s);
}

static __always_inline int call__open(const struct call *call, enum call_kind kind)
{
    /* What the caller wrote; of the flags only those count that the kernel does not keep. */
    __u64 name = call->argument[1], flags = call->argument[2];
    struct file_facts facts;
    struct file *file;
    struct scratch *s;
    __u32 kept;

    if (call->result < 0)
        return 0;
    if (kind == CALL_OPEN) {
        name = call->argument[0];
        flags = call->argument[1];
    } else if (kind == CALL_CREAT) {
        name = call->argument[0];
        flags = O_CREAT | O_TRUNC;
    } else if (kind == CALL_OPENAT2) {
        bpf_probe_read_user(&flags, sizeof(flags), (void *)call->argument[2]);
    } else if (kind == CALL_OPEN_BY_HANDLE_AT) {
        name = 0;
    }

    /* Another thread may have closed the descriptor already: then there is no file, and still a record. */
    file = extract__descriptor(call->task, call->result);
    kept = BPF_CORE_READ(file, f_flags);
    if (kept & O_PATH)
        return 0;
    s = call__begin(call, EVENT_SECURITY_FILE_OPEN);
    if (!s)
        return 0;
    facts = extract__file(file);
    s->file_open.inode = facts.inode;
    s->file_open.ctime = facts.ctime;
    s->file_open.dev = facts.dev;
    s->file_open.flags = kept | (flags & OPEN_ONLY_FLAGS);

    emit__body(s, call->task, sizeof(s->file_open));
    emit__file_path(s, file);
    if (name)
        emit__user_string(s, name);
    else
        emit__empty(s);
    return emit__end(s);
}

/* One of the two names of a rename, with the directory it starts from. */
static __always_inline void call__name(const struct call *call, struct scratch *s, __s32 directory,
                                       __u64 name)
{
    struct task_struct *task = call->task;
    char first = 0;

    bpf_probe_read_user(&first, sizeof(first), (void *)name);
    if (first == '/')
        emit__empty(s);
    else if (directory == AT_FDCWD)
        emit__path(s, (__u64)task->fs->pwd.mnt, (__u64)task->fs->pwd.dentry);
    else
        emit__file_path(s, extract__descriptor(task, directory));
    emit__user_string(s, name);
}

static __always_inline int call__rename(const struct call *call, enum call_kind kind)
{
    bool at = kind == CALL_RENAMEAT;
    struct scratch *s;

    if (call->result != 0)
        return 0;
    s = call__begin(call, EVENT_SECURITY_INODE_RENAME);
    if (!s)
        return 0;
    /* The fifth register of a renameat without flags holds nothing of its own. */
    s->rename.flags = call->number == 316 || call->number == 353 ? call->argument[4] : 0;
    s->rename.reserved = 0;

    emit__body(s, call->task, sizeof(s->rename));
    call__name(call, s, at ? (__s32)call->argument[0] : AT_FDCWD, call->argument[at ? 1 : 0]);
    call__name(call, s, at ? (__s32)call->argument[2] : AT_FDCWD, at ? call->argument[3] : call->argument[1]);
    return emit__end(s);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_sys_exit, struct pt_regs *regs, long result)
{
    struct task_struct *task = bpf_get_current_task_btf();
    struct call call = {.task = task, .result = result, .number = regs->orig_ax};
    bool compat = extract__is_compat(task);
    enum call_kind kind;

    if (compat) {
        kind = call__kind_compat(call.number);
    } else {
        if (call.number & X32_SYSCALL_BIT) {
            call.number &= ~X32_SYSCALL_BIT;
            if (call.number == X32_PTRACE)
                call.number = X64_PTRACE;
        }
        kind = call__kind_native(call.number);
    }
    if (kind == CALL_OTHER)
        return 0;

    call__read_arguments(&call, regs, compat);
    if (kind == CALL_PTRACE)
        return call__ptrace(&call);
    if (kind == CALL_RENAME || kind == CALL_RENAMEAT)
        return call__rename(&call, kind);
    return call__open(&call, kind);
}
