// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/*
 * The processes and threads that exist already, one record each, then a record
 * that says how many these were. They go into the ring like everything else, so
 * that they have a place in its order.
 *
 * The sleepable program reads command lines as well; kernels before 6.0, which
 * refuse it, get the other one.
 */
#include "../include/emit.h"

/* One snapshot is taken at a time. */
static __u32 snapshot_shown;
static bool snapshot_init_shown;

static __always_inline bool snapshot__has_ended(struct task_struct *task)
{
    return task->exit_state != 0;
}

/* What speaks for its process: its first thread, or when that has ended any of the others. */
static __always_inline bool snapshot__is_process(struct task_struct *task)
{
    return task->pid == task->tgid || snapshot__has_ended(task->group_leader);
}

static __always_inline struct scratch *snapshot__begin_process(struct task_struct *task)
{
    struct file_facts facts;
    struct scratch *s;

    snapshot_shown++;
    if (task->tgid == 1)
        snapshot_init_shown = true;
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

static __always_inline int snapshot__thread(struct task_struct *task)
{
    struct scratch *s;

    snapshot_shown++;
    s = emit__begin_always(EVENT_SNAPSHOT_THREAD, task);
    if (!s)
        return 0;
    emit__body(s, task, 0);
    return emit__end(s);
}

/* Some virtual machines hide their init from iterators; it shows as the parent of others, without its command line. */
static __always_inline void snapshot__init(struct task_struct *parent)
{
    struct scratch *s;

    if (snapshot_init_shown || parent->pid != 1)
        return;
    s = snapshot__begin_process(parent);
    if (!s)
        return;
    emit__empty(s);
    emit__end(s);
}

/* The task's record up to its command line; NULL for a task that has none. */
static __always_inline struct scratch *snapshot__begin(struct bpf_iter__task *context, struct task_struct *task)
{
    if (context->meta->seq_num == 0) {
        snapshot_shown = 0;
        snapshot_init_shown = false;
    }
    if (snapshot__has_ended(task))
        return NULL;
    if (!snapshot__is_process(task)) {
        snapshot__thread(task);
        return NULL;
    }
    if (task->pid != 1)
        snapshot__init(task->real_parent->group_leader);
    return snapshot__begin_process(task);
}

static __always_inline int snapshot__end(void)
{
    struct task_struct *task = bpf_get_current_task_btf();
    struct scratch *s = emit__begin_always(EVENT_SNAPSHOT_END, task);

    if (!s)
        return 0;
    s->snapshot_end.shown = snapshot_shown;
    s->snapshot_end.reserved = 0;
    emit__body(s, task, sizeof(s->snapshot_end));
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
    s = snapshot__begin(context, task);
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
    s = snapshot__begin(context, task);
    if (!s)
        return 0;
    emit__empty(s);
    return emit__end(s);
}
