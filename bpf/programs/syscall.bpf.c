// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/*
 * System calls: each by its name, with its arguments, and opened files
 * (security_file_open) and renames (security_inode_rename), which are read from
 * what the call did. All as the call returns: the registers still hold its
 * arguments, user memory it touched is resident, and the file table says what
 * was really opened. User memory may have changed since the kernel looked at it;
 * what comes from kernel objects has not.
 *
 * Every system call of the host passes here, so the table of wishes decides
 * first, and each program is attached only while one of its events is wanted.
 */
#include "../include/call.h"

/* What do_dentry_open() removes from f_flags after use. */
#define OPEN_ONLY_FLAGS (O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC)

/* Calls that events other than their own are read from, by the number of their event. */
enum named_call {
    CALL_OPEN = 2,
    CALL_RENAME = 82,
    CALL_CREAT = 85,
    CALL_EXECVE = 59,
    CALL_OPENAT = 257,
    CALL_RENAMEAT = 264,
    CALL_OPEN_BY_HANDLE_AT = 304,
    CALL_RENAMEAT2 = 316,
    CALL_EXECVEAT = 322,
    CALL_OPENAT2 = 437,
};

static __always_inline __u32 call__wishes(__u32 index)
{
    struct control *switches = emit__control();

    return switches && index < CALLS ? switches->call_on[index] : 0;
}

static __always_inline void call__count_unwanted(void)
{
    struct cpu_account *account = emit__account();

    if (account)
        __sync_fetch_and_add(&account->switched_off, 1);
}

/* ---- The event of the call's own name ---- */

/* Whether a consumer may want this call; what its filter looks at are the registers and the first text. */
static __always_inline bool call__passes(struct scratch *s, struct task_struct *task, __u32 event)
{
    __u32 on = filter__switch(event);
    __u32 slot = on - SWITCH_FILTER, wants;

    if (on < SWITCH_FILTER)
        return on;
    wants = filter__wants(slot);
    if (wants & WANTS_NUMBERS) {
        for (int n = 0; n < CALL_REGISTERS; n++)
            s->values[n] = call__shown(s->call.argument[n], s->call.entry.source[n]);
        filter__values(s, task, s->call.result, slot);
        if (!filter__judge(s, slot, ANY_PATH))
            goto out;
    }
    if (wants & WANTS_PATH) {
        __u64 text = 0;

        for (int n = CALL_REGISTERS - 1; n >= 0; n--)
            if (s->call.entry.kind[n] == ARGUMENT_TEXT)
                text = s->call.argument[n];
        if (!filter__judge(s, slot, filter__user_text(s, text)))
            goto out;
    }
    return true;
out:
    filter__count();
    return false;
}

static __always_inline void call__named(struct scratch *s, struct task_struct *task)
{
    __u32 event = s->call.entry.event;

    if (!call__passes(s, task, event) || emit__is_own(task->tgid))
        return;
    call__head(s, task, event);
    for (int n = 0; n < CALL_REGISTERS; n++)
        s->system_call.argument[n] = n < s->call.entry.arguments ? s->call.argument[n] : 0;
    emit__body(s, task, sizeof(s->system_call));
    for (__u32 n = 0; n < CALL_REGISTERS; n++) {
        if (s->call.entry.kind[n] != ARGUMENT_PLAIN)
            call__part(s, n);
    }
    emit__submit(s);
}

/* ---- Events read from what the call did ---- */

static __always_inline bool call__open_numbers_pass(struct scratch *s, struct task_struct *task, struct file *file,
                                                    __u32 flags, __u32 slot)
{
    struct file_facts facts = extract__file(file);

    s->values[1] = (__s64)(__s32)flags;
    s->values[2] = facts.dev;
    s->values[3] = facts.inode;
    s->values[4] = facts.ctime;
    filter__values(s, task, s->call.result, slot);
    return filter__judge(s, slot, ANY_PATH);
}

/* Most paths begin otherwise than all that are wanted, which is known before they are put together. */
static __always_inline bool call__open_path_passes(struct scratch *s, __u32 slot, __u32 wants)
{
    __u64 sets = NO_PATH;

    if (!path__first_names(&s->walk) || filter__may_begin(slot, s->walk.first, s->walk.second)) {
        path__walk(&s->walk);
        sets = filter__walked_path(s);
    }
    return !(sets == NO_PATH && wants & WANTS_ONLY_PATHS) && filter__judge(s, slot, sets);
}

/* Where it passes, its path has been walked. */
static __always_inline bool call__open_passes(struct scratch *s, struct task_struct *task, struct file *file,
                                              __u32 flags, __u32 on)
{
    __u32 slot = on - SWITCH_FILTER;
    __u32 wants = on >= SWITCH_FILTER ? filter__wants(slot) : 0;

    if (wants & WANTS_NUMBERS && !call__open_numbers_pass(s, task, file, flags, slot))
        return false;
    if (!file)
        return true;
    path__begin(&s->walk, (__u64)kernel__read(struct file, file, f_path.mnt),
                (__u64)kernel__read(struct file, file, f_path.dentry));
    if (wants & WANTS_PATH && !call__open_path_passes(s, slot, wants))
        return false;
    if (s->walk.begin == PATH_PART_MAX)
        path__walk(&s->walk);
    return true;
}

static __always_inline void call__open(struct scratch *s, struct task_struct *task)
{
    /* What the caller wrote; of the flags only those count that the kernel does not keep. */
    __u64 name = s->call.argument[1], flags = s->call.argument[2];
    __u32 call = s->call.entry.event, on;
    struct file_facts facts;
    struct file *file;
    __u32 kept;

    if (s->call.result < 0)
        return;
    if (call == CALL_OPEN) {
        name = s->call.argument[0];
        flags = s->call.argument[1];
    } else if (call == CALL_CREAT) {
        name = s->call.argument[0];
        flags = O_CREAT | O_TRUNC;
    } else if (call == CALL_OPENAT2) {
        bpf_probe_read_user(&flags, sizeof(flags), (void *)s->call.argument[2]);
    } else if (call == CALL_OPEN_BY_HANDLE_AT) {
        name = 0;
    }

    /* Another thread may have closed the descriptor already: then there is no file, and still a record. */
    file = extract__descriptor(task, s->call.result);
    kept = kernel__read(struct file, file, f_flags);
    if (kept & O_PATH)
        return;
    on = filter__switch(EVENT_SECURITY_FILE_OPEN);
    if (on == SWITCH_OFF)
        return;
    kept |= flags & OPEN_ONLY_FLAGS;
    if (!call__open_passes(s, task, file, kept, on)) {
        filter__count();
        return;
    }
    if (emit__is_own(task->tgid))
        return;

    facts = extract__file(file);
    call__head(s, task, EVENT_SECURITY_FILE_OPEN);
    s->file_open.inode = facts.inode;
    s->file_open.ctime = facts.ctime;
    s->file_open.dev = facts.dev;
    s->file_open.flags = kept;
    emit__body(s, task, sizeof(s->file_open));
    if (file)
        emit__walked_path(s);
    else
        emit__empty(s);
    if (name)
        emit__user_string(s, name);
    else
        emit__empty(s);
    emit__submit(s);
}

/* One of the two names of a rename, with the directory it starts from. */
static __always_inline void call__name(struct scratch *s, struct task_struct *task, __s32 directory, __u64 name)
{
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

static __always_inline void call__rename(struct scratch *s, struct task_struct *task)
{
    __u32 call = s->call.entry.event;
    bool at = call != CALL_RENAME;
    __u32 on;

    if (s->call.result != 0)
        return;
    on = filter__switch(EVENT_SECURITY_INODE_RENAME);
    if (on == SWITCH_OFF)
        return;
    if (on >= SWITCH_FILTER) {
        filter__values(s, task, 0, on - SWITCH_FILTER);
        if (!filter__judge(s, on - SWITCH_FILTER, ANY_PATH)) {
            filter__count();
            return;
        }
    }
    if (emit__is_own(task->tgid))
        return;

    call__head(s, task, EVENT_SECURITY_INODE_RENAME);
    /* The fifth register of a renameat without flags holds nothing of its own. */
    s->rename.flags = call == CALL_RENAMEAT2 ? s->call.argument[4] : 0;
    s->rename.reserved = 0;

    emit__body(s, task, sizeof(s->rename));
    call__name(s, task, at ? (__s32)s->call.argument[0] : AT_FDCWD, s->call.argument[at ? 1 : 0]);
    call__name(s, task, at ? (__s32)s->call.argument[2] : AT_FDCWD,
               at ? s->call.argument[3] : s->call.argument[1]);
    emit__submit(s);
}

static __always_inline bool call__is_rename(__u32 call)
{
    return call == CALL_RENAME || call == CALL_RENAMEAT || call == CALL_RENAMEAT2;
}

/* Of an exec only the text and what is not an argument is looked at. */
static __always_inline bool call__exec_passes(struct scratch *s, struct task_struct *task, const char *filename)
{
    __u32 on = filter__switch(s->call.entry.event);
    __u32 slot = on - SWITCH_FILTER;

    if (on < SWITCH_FILTER)
        return on;
    filter__values(s, task, 0, slot);
    if (filter__judge(s, slot, filter__kernel_text(s, filename)))
        return true;
    filter__count();
    return false;
}

/* ---- Programs ---- */

/* The call's own event, and those read from what it did. */
static __always_inline void call__returned(struct task_struct *task, struct pt_regs *regs, __u32 index, __u32 wishes,
                                           __s64 result)
{
    struct scratch *s = call__take(task, regs, index, result);

    if (!s)
        return;
    if (wishes & WISH_NAMED)
        call__named(s, task);
    if (wishes & WISH_RESOLVED) {
        if (call__is_rename(s->call.entry.event))
            call__rename(s, task);
        else
            call__open(s, task);
    }
    emit__release(s);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_sys_exit, struct pt_regs *regs, long result)
{
    struct task_struct *task = bpf_get_current_task_btf();
    __u32 index = call__index(task, regs->orig_ax);
    __u32 wishes = call__wishes(index);

    if (wishes & (WISH_NAMED | WISH_RESOLVED))
        call__returned(task, regs, index, wishes, result);
    else
        call__count_unwanted();
    /* To the program of the call's own, see object.h; where it has none this goes on. */
    bpf_tail_call(ctx, &returning_calls, index);
    return 0;
}

/* Calls that do not return to their caller: exit, exit_group, rt_sigreturn. */
static __always_inline void call__entered(struct task_struct *task, struct pt_regs *regs, __u32 index)
{
    struct scratch *s = call__take(task, regs, index, 0);

    if (!s)
        return;
    call__named(s, task);
    emit__release(s);
}

SEC("tp_btf/sys_enter")
int BPF_PROG(on_sys_enter, struct pt_regs *regs, long number)
{
    struct task_struct *task = bpf_get_current_task_btf();
    __u32 index = call__index(task, number);

    if (call__wishes(index) & WISH_ENTERED)
        call__entered(task, regs, index);
    bpf_tail_call(ctx, &beginning_calls, index);
    return 0;
}

/*
 * An execve that succeeded: its registers and its memory are the new program's when it returns, so its texts come
 * from what the kernel copied.
 */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec_call, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
    struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);
    __u32 index = call__index(task, regs->orig_ax);
    struct call_entry *entry = bpf_map_lookup_elem(&calls, &index);
    struct scratch *s;

    if (!entry || (entry->event != CALL_EXECVE && entry->event != CALL_EXECVEAT))
        return 0;
    s = call__take(task, regs, index, 1);
    if (!s)
        return 0;
    s->call.result = 0;
    if (call__exec_passes(s, task, bprm->filename) && !emit__is_own(task->tgid)) {
        call__head(s, task, s->call.entry.event);
        __builtin_memset(&s->system_call, 0, sizeof(s->system_call));
        emit__body(s, task, sizeof(s->system_call));
        emit__kernel_string(s, (__u64)bprm->filename);
        emit__user_list(s, task->mm->arg_start, task->mm->arg_end);
        emit__user_list(s, task->mm->env_start, task->mm->env_end);
        emit__submit(s);
    }
    emit__release(s);
    return 0;
}
