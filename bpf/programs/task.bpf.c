// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/*
 * What a task is: commit_creds, switch_task_ns, task_rename, process_execute_failed, security_bpf. Credentials and
 * namespaces are compared with what they were when the call began; what did not change is no event.
 */
#include "../include/object.h"

static __always_inline __u64 task__capabilities(const kernel_cap_t *set)
{
    __u64 value = 0;

    bpf_probe_read_kernel(&value, sizeof(value), set);
    return value;
}

/* In the order of the argument's fields. */
static __always_inline void task__credentials(__u64 *number, struct task_struct *task)
{
    const struct cred *cred = task->cred;

    number[0] = cred->uid.val;
    number[1] = cred->gid.val;
    number[2] = cred->suid.val;
    number[3] = cred->sgid.val;
    number[4] = cred->euid.val;
    number[5] = cred->egid.val;
    number[6] = cred->fsuid.val;
    number[7] = cred->fsgid.val;
    number[8] = cred->user_ns->ns.inum;
    number[9] = cred->securebits;
    number[10] = task__capabilities(&cred->cap_inheritable);
    number[11] = task__capabilities(&cred->cap_permitted);
    number[12] = task__capabilities(&cred->cap_effective);
    number[13] = task__capabilities(&cred->cap_bset);
    number[14] = task__capabilities(&cred->cap_ambient);
}

static __always_inline void task__namespaces(__u64 *number, struct task_struct *task)
{
    struct nsproxy *namespaces = task->nsproxy;

    number[0] = namespaces->mnt_ns->ns.inum;
    number[1] = namespaces->pid_ns_for_children->ns.inum;
    number[2] = namespaces->uts_ns->ns.inum;
    number[3] = namespaces->ipc_ns->ns.inum;
    number[4] = namespaces->net_ns->ns.inum;
    number[5] = namespaces->cgroup_ns->ns.inum;
}

/* Any call that may change credentials or namespaces begins. */
SEC("tp_btf/sys_enter")
int BPF_PROG(before_change, struct pt_regs *regs, long number)
{
    struct task_struct *task = bpf_get_current_task_btf();
    struct task_before before = {};
    __u32 tid = task->pid;

    if (emit__is_own(task->tgid))
        return 0;
    task__credentials(before.credentials, task);
    task__namespaces(before.namespaces, task);
    emit__remember(&tasks_before, &tid, &before, REMEMBERED_CALLS);
    return 0;
}

static __always_inline bool task__credentials_changed(const struct task_before *before, struct task_struct *task)
{
    __u64 now[CREDENTIAL_NUMBERS];

    task__credentials(now, task);
    for (int n = 0; n < CREDENTIAL_NUMBERS; n++)
        if (now[n] != before->credentials[n])
            return true;
    return false;
}

static __always_inline int task__credentials_event(const struct returned *call, const struct task_before *before)
{
    struct scratch *s;

    if (!task__credentials_changed(before, call->task))
        return 0;
    s = object__begin(call, EVENT_COMMIT_CREDS);
    if (!s)
        return 0;
    for (int n = 0; n < CREDENTIAL_NUMBERS; n++)
        s->number[n] = before->credentials[n];
    task__credentials(s->number + CREDENTIAL_NUMBERS, call->task);
    object__body(s, call->task, 2 * CREDENTIAL_NUMBERS);
    return object__end(s);
}

/* A namespace that stays is 0. */
static __always_inline int task__namespaces_event(const struct returned *call, const struct task_before *before)
{
    __u64 now[NAMESPACE_NUMBERS];
    bool changed = false;
    struct scratch *s;

    task__namespaces(now, call->task);
    for (int n = 0; n < NAMESPACE_NUMBERS; n++)
        changed |= now[n] != before->namespaces[n];
    if (!changed)
        return 0;
    s = object__begin(call, EVENT_SWITCH_TASK_NS);
    if (!s)
        return 0;
    s->number[0] = call->task->pid;
    for (int n = 0; n < NAMESPACE_NUMBERS; n++)
        s->number[1 + n] = now[n] != before->namespaces[n] ? now[n] : 0;
    object__body(s, call->task, 1 + NAMESPACE_NUMBERS);
    return object__end(s);
}

/* Calls that may change credentials alone. */
SEC("tp_btf/sys_exit")
int BPF_PROG(call_credentials, struct pt_regs *regs, long result)
{
    struct task_before *before;
    struct returned call;
    __u32 tid;

    object__read(&call, regs, result);
    tid = call.task->pid;
    before = bpf_map_lookup_elem(&tasks_before, &tid);
    if (!before)
        return 0;
    task__credentials_event(&call, before);
    emit__forget(&tasks_before, &tid, REMEMBERED_CALLS);
    return 0;
}

/* unshare, setns. */
SEC("tp_btf/sys_exit")
int BPF_PROG(call_namespaces, struct pt_regs *regs, long result)
{
    struct task_before *before;
    struct returned call;
    __u32 tid;

    object__read(&call, regs, result);
    tid = call.task->pid;
    before = bpf_map_lookup_elem(&tasks_before, &tid);
    if (!before)
        return 0;
    task__credentials_event(&call, before);
    task__namespaces_event(&call, before);
    emit__forget(&tasks_before, &tid, REMEMBERED_CALLS);
    return 0;
}

/* An exec that succeeded. Its thread had another number when the call began, unless it was the first of its process. */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec_credentials, struct task_struct *task, int old_tid, struct linux_binprm *binary)
{
    struct returned call = {.task = task};
    __u32 tid = old_tid;
    struct task_before *before = bpf_map_lookup_elem(&tasks_before, &tid);

    if (!before)
        return 0;
    call.number = extract__syscall(task);
    task__credentials_event(&call, before);
    emit__forget(&tasks_before, &tid, REMEMBERED_CALLS);
    return 0;
}

SEC("tp_btf/task_rename")
int BPF_PROG(on_task_renamed, struct task_struct *renamed, const char *name)
{
    struct task_struct *task = bpf_get_current_task_btf();
    struct scratch *s;

    if (emit__is_own(task->tgid))
        return 0;
    s = emit__begin(EVENT_TASK_RENAME, task);
    if (!s)
        return 0;
    object__body(s, task, 0);
    emit__kernel_string(s, (__u64)renamed->comm);
    emit__kernel_string(s, (__u64)name);
    return object__end(s);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(call_bpf, struct pt_regs *regs, long result)
{
    struct returned call;
    struct scratch *s;

    object__read(&call, regs, result);
    s = object__begin(&call, EVENT_SECURITY_BPF);
    if (!s)
        return 0;
    s->number[0] = (__s32)call.argument[0];
    object__body(s, call.task, 1);
    return object__end(s);
}

/* ---- process_execute_failed ---- */

#define CALL_EXECVEAT        322
#define CALL_EXECVEAT_COMPAT 358

/* Texts of a list that are read; one of more is cut. */
#define FAILED_TEXTS_MAX 256

/*
 * An array of pointers to texts in the caller's memory, as a list. Global, so that the verifier walks its loop once.
 */
__noinline int task__user_texts(struct scratch *s, __u64 address, __u32 width)
{
    __u64 length = 0;
    bool cut = true;
    char *room;

    if (!s)
        return 0;
    room = emit__room(s, ARGV_PART_MAX);
    if (!room)
        return 0;
    for (int n = 0; n < FAILED_TEXTS_MAX; n++) {
        __u64 text = 0;
        __s64 result;

        if (!address || bpf_probe_read_user(&text, width == 4 ? 4 : 8, (void *)(address + n * width)))
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
    if (length > ARGV_PART_MAX)
        length = ARGV_PART_MAX;
    emit__part(s, length, cut);
    return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(call_exec_failed, struct pt_regs *regs, long result)
{
    struct returned call;
    struct file *input;
    struct scratch *s;
    bool at;

    object__read(&call, regs, result);
    if (result >= 0)
        return 0;
    at = call.number == (call.compat ? CALL_EXECVEAT_COMPAT : CALL_EXECVEAT);
    s = object__begin(&call, EVENT_PROCESS_EXECUTE_FAILED);
    if (!s)
        return 0;
    input = extract__descriptor(call.task, 0);
    s->number[0] = at ? (__s32)call.argument[0] : 0;
    s->number[1] = at ? (__s32)call.argument[4] : 0;
    s->number[2] = extract__file(input).mode & S_IFMT;
    s->number[3] = (call.task->real_parent->flags & PF_KTHREAD) != 0;
    object__body(s, call.task, 4);
    emit__user_string(s, call.argument[at]);
    emit__file_path(s, input);
    task__user_texts(s, call.argument[1 + at], call.compat ? 4 : 8);
    task__user_texts(s, call.argument[2 + at], call.compat ? 4 : 8);
    return object__end(s);
}
