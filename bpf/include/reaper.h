/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * reaper__: whose the children of a process that ends will be. The kernel decides it right after
 * sched_process_exit, by these rules (find_new_reaper in kernel/exit.c): the nearest ancestor in the same
 * pid namespace that asked for it and has threads left, else the namespace's init.
 */
#pragma once

#include "extract.h"

/* Ancestors looked at; one further away is learned from the children's own records. */
#define REAPER_DEPTH 64

static __always_inline bool reaper__name(struct exit_body *body, struct task_struct *leader)
{
    body->reaper_pid = BPF_CORE_READ(leader, tgid);
    body->reaper_start_time = BPF_CORE_READ(leader, start_boottime);
    return true;
}

/* Whether one of the ancestors asked for orphans. */
static __always_inline bool reaper__subreaper(struct exit_body *body, struct task_struct *task)
{
    struct task_struct *ancestor = task->group_leader;
    __u32 level = BPF_CORE_READ(ancestor, thread_pid, level);

    for (int depth = 0; depth < REAPER_DEPTH; depth++) {
        struct signal_struct *signal;

        ancestor = BPF_CORE_READ(ancestor, real_parent, group_leader);
        if (BPF_CORE_READ(ancestor, tgid) == 0 || BPF_CORE_READ(ancestor, thread_pid, level) != level)
            return false;
        signal = BPF_CORE_READ(ancestor, signal);
        if (BPF_CORE_READ_BITFIELD_PROBED(signal, is_child_subreaper) &&
            BPF_CORE_READ(signal, live.counter) > 0)
            return reaper__name(body, ancestor);
    }
    return false;
}

static __always_inline void reaper__find(struct exit_body *body, struct task_struct *task)
{
    struct task_struct *init;
    struct pid *pid = task->group_leader->thread_pid;

    if (BPF_CORE_READ_BITFIELD(task->signal, has_child_subreaper) && reaper__subreaper(body, task))
        return;
    init = BPF_CORE_READ(extract__upid(pid, pid->level), ns, child_reaper);
    init = BPF_CORE_READ(init, group_leader);
    if (init && init != task->group_leader)
        reaper__name(body, init);
}
