// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/* sched_process_fork, sched_process_exec, sched_process_exit. */
#include "../include/emit.h"
#include "../include/reaper.h"

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_sched_process_fork, struct task_struct *caller, struct task_struct *child)
{
    struct task_struct *leader = child->group_leader;
    struct scratch *s;

    if (emit__is_own(child->tgid))
        return 0;
    s = emit__begin(EVENT_SCHED_PROCESS_FORK, bpf_get_current_task_btf());
    if (!s)
        return 0;

    /* A thread is a child of the thread that made it, though its real parent is its process's. */
    if (child->pid == child->tgid)
        extract__task_ids(&s->fork.parent, child->real_parent);
    else
        extract__task_ids(&s->fork.parent, caller);
    extract__task_ids(&s->fork.child, child);
    extract__task_ids(&s->fork.parent_process, leader->real_parent->group_leader);
    extract__task_ids(&s->fork.leader, leader);

    emit__body(s, caller, sizeof(s->fork));
    return emit__end(s);
}

/* Comes before the new name is set, in the thread that execs: the last chance to read the old one. */
SEC("tp_btf/task_rename")
int BPF_PROG(on_task_rename, struct task_struct *task)
{
    struct comm comm = {};
    __u32 tid = task->pid;

    if (bpf_core_field_exists(task->in_execve) && !BPF_CORE_READ_BITFIELD(task, in_execve))
        return 0;
    bpf_probe_read_kernel(comm.text, sizeof(comm.text), task->comm);
    emit__remember(&previous_comms, &tid, &comm, REMEMBERED_EXECS);
    return 0;
}

/* Where the dynamic loader was mapped (AT_BASE); 0 for a static program. */
static __always_inline __u64 exec__interpreter_base(struct scratch *s, struct task_struct *task)
{
    bool narrow = task->thread_info.flags & (1UL << TIF_ADDR32_BIT);
    struct mm_struct *mm = task->mm;

    bpf_probe_read_kernel(s->auxiliary_vector, sizeof(s->auxiliary_vector), mm->saved_auxv);
    for (int entry = 0; entry < (int)(sizeof(s->auxiliary_vector) / 16); entry++) {
        __u64 kind, value;

        if (narrow) {
            kind = ((__u32 *)s->auxiliary_vector)[entry * 2];
            value = ((__u32 *)s->auxiliary_vector)[entry * 2 + 1];
        } else {
            kind = s->auxiliary_vector[entry * 2];
            value = s->auxiliary_vector[entry * 2 + 1];
        }
        if (kind == AT_NULL)
            break;
        if (kind == AT_BASE)
            return value;
    }
    return 0;
}

struct mapping {
    struct file *file;
};

static long exec__note_file(struct task_struct *task, struct vm_area_struct *area, struct mapping *mapping)
{
    mapping->file = area->vm_file;
    return 0;
}

/* The file of the dynamic loader, NULL for a static program and on kernels before 5.17. */
static __always_inline struct file *exec__interpreter(struct scratch *s, struct task_struct *task)
{
    struct mapping mapping = {};
    __u64 base;

    if (!bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_find_vma))
        return NULL;
    base = exec__interpreter_base(s, task);
    if (base)
        bpf_find_vma(task, base, exec__note_file, &mapping, 0);
    return mapping.file;
}

static __always_inline void exec__previous_comm(struct exec_body *body, __u32 tid)
{
    struct comm *previous = bpf_map_lookup_elem(&previous_comms, &tid);

    if (previous) {
        __builtin_memcpy(body->prev_comm, previous->text, COMM_SIZE);
        emit__forget(&previous_comms, &tid, REMEMBERED_EXECS);
    } else {
        __builtin_memset(body->prev_comm, 0, COMM_SIZE);
    }
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_sched_process_exec, struct task_struct *task, int old_tid, struct linux_binprm *binary)
{
    struct control *switches = emit__control();
    struct file *interpreter, *input;
    struct file_facts facts;
    struct mm_struct *mm;
    __u32 process = task->tgid;
    struct scratch *s;

    /* Whatever a service of the mesh becomes is no longer one. */
    bpf_map_delete_elem(&own_processes, &process);

    s = emit__begin(EVENT_SCHED_PROCESS_EXEC, task);
    if (!s)
        return 0;

    facts = extract__file(binary->file);
    s->exec.inode = facts.inode;
    s->exec.ctime = facts.ctime;
    s->exec.dev = facts.dev;
    s->exec.inode_mode = facts.mode;

    interpreter = exec__interpreter(s, task);
    facts = extract__file(interpreter);
    s->exec.interpreter_inode = facts.inode;
    s->exec.interpreter_ctime = facts.ctime;
    s->exec.interpreter_dev = facts.dev;

    input = extract__descriptor(task, 0);
    facts = extract__file(input);
    s->exec.stdin_type = facts.mode & S_IFMT;

    s->exec.invoked_from_kernel = (task->real_parent->flags & PF_KTHREAD) != 0;
    s->exec.has_env = switches && switches->want_env;
    s->exec.reserved[0] = 0;
    s->exec.reserved[1] = 0;
    s->exec.old_tid = old_tid;
    s->exec.reserved2 = 0;
    exec__previous_comm(&s->exec, old_tid);

    emit__body(s, task, sizeof(s->exec));
    emit__kernel_string(s, (__u64)binary->filename);
    emit__file_path(s, binary->file);
    emit__file_path(s, interpreter);
    emit__kernel_string(s, (__u64)binary->interp);
    emit__file_path(s, input);
    emit__path(s, (__u64)task->fs->pwd.mnt, (__u64)task->fs->pwd.dentry);
    mm = task->mm;
    emit__user_list(s, mm->arg_start, mm->arg_end);
    if (s->exec.has_env)
        emit__user_list(s, mm->env_start, mm->env_end);
    else
        emit__empty(s);
    return emit__end(s);
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_sched_process_exit, struct task_struct *task)
{
    bool last_thread = task->signal->live.counter == 0;
    __u32 process = task->tgid;
    struct scratch *s;

    if (emit__is_own(process)) {
        if (last_thread)
            bpf_map_delete_elem(&own_processes, &process);
        return 0;
    }
    s = emit__begin(EVENT_SCHED_PROCESS_EXIT, task);
    if (!s)
        return 0;

    s->exit.exit_code = (task->exit_code >> 8) & 0xff;
    s->exit.signal_code = task->exit_code & 0x7f;
    s->exit.process_group_exit = last_thread;
    __builtin_memset(s->exit.reserved, 0, sizeof(s->exit.reserved));
    s->exit.reaper_pid = 0;
    s->exit.reaper_start_time = 0;
    if (last_thread)
        reaper__find(&s->exit, task);

    emit__body(s, task, sizeof(s->exit));
    return emit__end(s);
}
