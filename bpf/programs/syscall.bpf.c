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
#include "../include/filter.h"

/* Results from -ERRNO_MAX to -1 are errors. */
#define ERRNO_MAX 4095

/* Bit of an x32 call. */
#define X32_SYSCALL_BIT 0x40000000

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

/* Where the call the task is in stands in the tables; CALLS or more where it is none that is known. */
static __always_inline __u32 call__index(struct task_struct *task, __u64 number)
{
    if (extract__is_compat(task))
        return number < CALLS - CALLS_COMPAT ? CALLS_COMPAT + number : CALLS;
    number &= ~(__u64)X32_SYSCALL_BIT;
    return number < CALLS_COMPAT ? number : CALLS;
}

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

/* The arguments in the order of the event, each as wide as its type. */
static __always_inline void call__order_arguments(struct call *call)
{
    for (int n = 0; n < CALL_REGISTERS; n++) {
        __u32 source = call->entry.source[n];
        __u32 place = source & SOURCE_REGISTER;
        __u64 value = call->registers[place];

        if (source & SOURCE_PAIR)
            value |= call->registers[(place + 1) & SOURCE_REGISTER] << 32;
        else if (source & SOURCE_SIGNED)
            value = (__s64)(__s32)value;
        call->argument[n] = value;
    }
}

static __always_inline void call__read_compat(struct call *call, struct pt_regs *regs)
{
    call->registers[0] = (__u32)regs->bx;
    call->registers[1] = (__u32)regs->cx;
    call->registers[2] = (__u32)regs->dx;
    call->registers[3] = (__u32)regs->si;
    call->registers[4] = (__u32)regs->di;
    call->registers[5] = (__u32)regs->bp;
    if (call->entry.flags & CALL_INDIRECT) {
        __u32 words[CALL_REGISTERS] = {};

        bpf_probe_read_user(words, sizeof(words), (void *)call->registers[0]);
        for (int n = 0; n < CALL_REGISTERS; n++)
            call->registers[n] = words[n];
    }
    call__order_arguments(call);
}

static __always_inline void call__read(struct call *call, struct pt_regs *regs)
{
    call->argument[0] = regs->di;
    call->argument[1] = regs->si;
    call->argument[2] = regs->dx;
    call->argument[3] = regs->r10;
    call->argument[4] = regs->r8;
    call->argument[5] = regs->r9;
}

/* What is known of the call, in a scratch record; NULL where it is not in the table or there is no scratch record. */
static __always_inline struct scratch *call__take(struct task_struct *task, struct pt_regs *regs, __u32 index,
                                                  __s64 result)
{
    struct call_entry *entry = bpf_map_lookup_elem(&calls, &index);
    struct scratch *s;

    if (!entry)
        return NULL;
    if (result == 0 && (entry->flags & CALL_ZERO_ELSEWHERE))
        return NULL;
    s = emit__take_scratch();
    if (!s) {
        emit__count_homeless(entry->event);
        return NULL;
    }
    s->call.entry = *entry;
    s->call.result = result;
    s->call.compat = index >= CALLS_COMPAT;
    if (s->call.compat) /* the caller sees 32 bits of it: an error, or an unsigned number */
        s->call.result = (__u32)result >= (__u32)-ERRNO_MAX ? (__s64)(__s32)result : (__s64)(__u32)result;
    s->call.number = index >= CALLS_COMPAT ? index - CALLS_COMPAT : index;
    if (s->call.compat)
        call__read_compat(&s->call, regs);
    else
        call__read(&s->call, regs);
    return s;
}

static __always_inline void call__head(struct scratch *s, struct task_struct *task, __u32 event)
{
    emit__head(&s->head, event, task);
    s->head.syscall = s->call.number;
    s->head.return_value = s->call.result;
    if (s->call.compat)
        s->head.flags |= RECORD_COMPAT;
}

/* ---- The event of the call's own name ---- */

static __always_inline void call__user_bytes(struct scratch *s, __u64 address, __u64 length, __u64 max)
{
    char *room = emit__room(s, PATH_PART_MAX);
    bool cut = length > max;

    if (!room)
        return;
    if (cut)
        length = max;
    barrier_var(length);
    if (length > PATH_PART_MAX)
        length = PATH_PART_MAX;
    if (length && bpf_probe_read_user(room, length, (void *)address)) {
        length = 0;
        cut = true;
    }
    emit__part(s, length, cut);
}

/* An array of pointers to texts, laid out as the kernel lays out argv: the texts, each with its NUL. */
static __always_inline void call__user_texts(struct scratch *s, __u64 address, __u64 width)
{
    char *room = emit__room(s, ARGV_PART_MAX);
    __u64 length = 0;
    bool cut = true;

    if (!room)
        return;
    for (int n = 0; n < TEXTS_MAX; n++) {
        __u64 text = 0;
        __s64 result;

        if (bpf_probe_read_user(&text, width == 4 ? 4 : 8, (void *)(address + n * width)))
            break;
        if (!text) {
            cut = false;
            break;
        }
        barrier_var(length);
        if (length > ARGV_PART_MAX - PATH_PART_MAX)
            break;
        result = bpf_probe_read_user_str(room + length, PATH_PART_MAX, (void *)text);
        if (result <= 0)
            break;
        length += result;
    }
    emit__part(s, length, cut);
}

/* Global, so that the verifier walks it once and not for each argument. */
__noinline int call__part(struct scratch *s, __u32 n)
{
    __u64 address, next, length;
    __s64 result;
    __u32 size = 0;

    if (!s || n >= CALL_REGISTERS)
        return 0;
    address = s->call.argument[n];
    next = n + 1 < CALL_REGISTERS ? s->call.argument[n + 1] : 0;
    result = s->call.result;
    if (!address) {
        emit__empty(s);
        return 0;
    }

    switch (s->call.entry.kind[n]) {
    case ARGUMENT_TEXT:
        emit__user_string(s, address);
        break;
    case ARGUMENT_COUNTED:
        call__user_bytes(s, address, next, PATH_PART_MAX);
        break;
    case ARGUMENT_RESULT:
        length = result < 0 ? 0 : result;
        call__user_bytes(s, address, length > next ? next : length, PATH_PART_MAX);
        break;
    case ARGUMENT_TEXTS:
        call__user_texts(s, address, sizeof(__u64));
        break;
    case ARGUMENT_TEXTS32:
        call__user_texts(s, address, sizeof(__u32));
        break;
    case ARGUMENT_PAIR:
        call__user_bytes(s, address, result < 0 ? 0 : 2 * sizeof(__s32), ADDRESS_PART_MAX);
        break;
    case ARGUMENT_TIME:
        call__user_bytes(s, address, 2 * sizeof(__s64), ADDRESS_PART_MAX);
        break;
    case ARGUMENT_TIME32:
        call__user_bytes(s, address, 2 * sizeof(__s32), ADDRESS_PART_MAX);
        break;
    case ARGUMENT_ADDRESS:
        call__user_bytes(s, address, (__u32)next, ADDRESS_PART_MAX);
        break;
    case ARGUMENT_PEER:
        bpf_probe_read_user(&size, sizeof(size), (void *)next);
        call__user_bytes(s, address, result < 0 ? 0 : size, ADDRESS_PART_MAX);
        break;
    default:
        break;
    }
    return 0;
}

/* An argument as the event shows it. */
static __always_inline __u64 call__shown(__u64 argument, __u32 source)
{
    switch ((source & SOURCE_WIDTH) >> WIDTH_SHIFT) {
    case WIDTH_INT:
        return (__s64)(__s32)argument;
    case WIDTH_UINT:
        return (__u32)argument;
    case WIDTH_USHORT:
        return (__u16)argument;
    default:
        return argument;
    }
}

/* Whether a consumer may want this call; what its filter looks at are the registers and the first text. */
static __always_inline bool call__passes(struct scratch *s, struct task_struct *task, __u32 event)
{
    __u32 on = filter__switch(event);
    __u32 slot = on - SWITCH_FILTER;

    if (on < SWITCH_FILTER)
        return on;
    for (int n = 0; n < CALL_REGISTERS; n++)
        s->values[n] = call__shown(s->call.argument[n], s->call.entry.source[n]);
    filter__values(s, task, s->call.result, slot);
    if (!filter__judge(s, slot, ANY_PATH))
        goto out;
    if (filter__wants(slot, WANTS_PATH)) {
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

static __always_inline bool call__open_passes(struct scratch *s, struct task_struct *task, struct file *file,
                                              const struct file_facts *facts, __u32 flags, __u32 on)
{
    __u32 slot = on - SWITCH_FILTER;

    if (on >= SWITCH_FILTER) {
        s->values[1] = (__s64)(__s32)flags;
        s->values[2] = facts->dev;
        s->values[3] = facts->inode;
        s->values[4] = facts->ctime;
        filter__values(s, task, s->call.result, slot);
        if (!filter__judge(s, slot, ANY_PATH)) {
            filter__count();
            return false;
        }
    }
    path__begin(&s->walk, (__u64)kernel__read(struct file, file, f_path.mnt),
                (__u64)kernel__read(struct file, file, f_path.dentry));
    if (file)
        path__walk(&s->walk);
    if (on >= SWITCH_FILTER && file && filter__wants(slot, WANTS_PATH) &&
        !filter__judge(s, slot, filter__walked_path(s))) {
        filter__count();
        return false;
    }
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
    facts = extract__file(file);
    kept |= flags & OPEN_ONLY_FLAGS;
    if (!call__open_passes(s, task, file, &facts, kept, on) || emit__is_own(task->tgid))
        return;

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
