// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/*
 * The processes that exist already, one record each, then a record that says
 * these were all. They go into the ring like everything else, so that they have
 * a place in its order.
 *
 * The sleepable program reads command lines as well; kernels before 6.0, which
 * refuse it, get the other one.
 */
#include "../include/emit.h"

static __always_inline struct scratch *snapshot__begin(struct task_struct *task)
{
    struct signal_struct *signal;
    struct file_facts facts;
    struct scratch *s;

    /* One record per process, and none for a process that only waits to be reaped. */
    signal = task->signal;
    if (task->pid != task->tgid || signal->live.counter == 0)
        return NULL;
    s = emit__begin_always(EVENT_SNAPSHOT_PROCESS, task);
    if (!s)
        return NULL;

    struct file *file = BPF_CORE_READ(task, mm, exe_file);

    facts = extract__file(file);
    s->snapshot_process.inode = facts.inode;
    s->snapshot_process.ctime = facts.ctime;
    s->snapshot_process.dev = facts.dev;
    s->snapshot_process.inode_mode = facts.mode;
    s->snapshot_process.reserved = 0;

    emit__body(s, task, sizeof(s->snapshot_process));
    emit__file_path(s, file);
    return s;
}

static __always_inline int snapshot__end(void)
{
    struct task_struct *task = bpf_get_current_task_btf();
    struct scratch *s = emit__begin_always(EVENT_SNAPSHOT_END, task);

    if (!s)
        return 0;
    emit__body(s, task, 0);
    return emit__end(s);
}

SEC("iter.s/task")
int snapshot_tasks_sleepable(struct bpf_iter__task *context)
{
    struct task_struct *task = context->task;
    struct scratch *s;
    struct mm_struct *mm;
    __u64 start, end, length;
    char *room;

    if (!task)
        return snapshot__end();
    s = snapshot__begin(task);
    if (!s)
        return 0;

    mm = task->mm;
    start = mm->arg_start;
    end = mm->arg_end;
    length = emit__list_length(start, end, ARGV_PART_MAX);
    room = emit__room(s, ARGV_PART_MAX);
    barrier_var(length);
    if (room && length <= ARGV_PART_MAX)
        emit__list_result(s, room, length, bpf_copy_from_user_task(room, length, (void *)start, task, 0),
                          end - start > ARGV_PART_MAX);
    return emit__end(s);
}

SEC("iter/task")
int snapshot_tasks(struct bpf_iter__task *context)
{
    struct task_struct *task = context->task;
    struct scratch *s;

    if (!task)
        return snapshot__end();
    s = snapshot__begin(task);
    if (!s)
        return 0;
    emit__empty(s);
    return emit__end(s);
}
