/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * extract__: what a kernel object says, without side effects.
 *
 * Task pointers come from the hook and are known to the verifier, so their
 * fields are plain loads (a load through a bad pointer gives 0). Pointers found
 * by arithmetic or in the file table are not: those are read with kernel__read.
 */
#pragma once

#include "maps.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

/* Linux 6.2 and later: tells the verifier what a pointer points at, and costs nothing. */
extern void *bpf_rdonly_cast(const void *object, __u32 type) __ksym __weak;

/* A field of what the pointer points at: a plain load where the kernel has the cast, else a call of a helper. */
#define kernel__read(type, pointer, field)                                                                  \
    (bpf_rdonly_cast ? ((type *)bpf_rdonly_cast((pointer), bpf_core_type_id_kernel(type)))->field            \
                     : BPF_CORE_READ((type *)(pointer), field))

/* Where a task's number at one nesting level of pid namespaces stands. */
static __always_inline struct upid *extract__upid(struct pid *pid, __u64 level)
{
    level &= PID_LEVEL_MASK;
    return (struct upid *)((char *)pid + bpf_core_field_offset(struct pid, numbers) +
                           level * bpf_core_type_size(struct upid));
}

/* The task's number in its own pid namespace. */
static __always_inline __u32 extract__ns_number(struct task_struct *task)
{
    struct pid *pid = task->thread_pid;
    __u32 level = pid->level;

    if (level == 0)
        return task->pid;
    return BPF_CORE_READ(extract__upid(pid, level), nr);
}

/* The parent process's number in the pid namespace of its child; 0 where the child cannot see it. */
static __always_inline __u32 extract__ns_parent(struct task_struct *task, struct task_struct *parent)
{
    struct pid *own = task->thread_pid;
    struct pid *pid = parent->thread_pid;
    __u32 level = own->level;

    if (level == 0)
        return parent->pid;
    if (pid->level < level)
        return 0;

    struct upid *seen = extract__upid(pid, level);

    if (BPF_CORE_READ(seen, ns) != BPF_CORE_READ(extract__upid(own, level), ns))
        return 0;
    return BPF_CORE_READ(seen, nr);
}

static __always_inline __u32 extract__pid_namespace(struct task_struct *task)
{
    struct pid *pid = task->thread_pid;
    struct pid_namespace *for_children = task->nsproxy->pid_ns_for_children;
    __u32 level = pid->level;

    /* The children's namespace is the task's own or one below it, so equal levels mean the same. */
    if (for_children->level == level)
        return for_children->ns.inum;
    return BPF_CORE_READ(extract__upid(pid, level), ns, ns.inum);
}

static __always_inline void extract__task_ids(struct task_ids *ids, struct task_struct *task)
{
    ids->tid = task->pid;
    ids->ns_tid = extract__ns_number(task);
    ids->pid = task->tgid;
    ids->ns_pid = extract__ns_number(task->group_leader);
    ids->start_time = task->start_boottime;
}

/* The task's cgroup in the v1 hierarchy chosen at load; NULL without one. */
static __always_inline struct cgroup *extract__fallback_cgroup(struct css_set *set)
{
    struct cgroup_subsys_state *state;
    __u64 subsystem;

    if (options.fallback_hierarchy == FALLBACK_MEMORY)
        subsystem = bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id);
    else if (options.fallback_hierarchy == FALLBACK_PIDS)
        subsystem = bpf_core_enum_value(enum cgroup_subsys_id, pids_cgrp_id);
    else
        return NULL;

    state = *(struct cgroup_subsys_state **)((char *)set + bpf_core_field_offset(struct css_set, subsys) +
                                             subsystem * sizeof(state));
    return state->cgroup;
}

static __always_inline void extract__cgroup(struct record_head *head, struct task_struct *task)
{
    struct css_set *set = task->cgroups;
    struct cgroup *unified = set->dfl_cgrp;
    struct cgroup *fallback;

    head->cgroup_id = unified->kn->id;
    head->cgroup_hierarchy = 0;
    if (unified->level > 0)
        return;

    fallback = extract__fallback_cgroup(set);
    if (fallback) {
        struct kernfs_node *node = kernel__read(struct cgroup, fallback, kn);
        struct cgroup_root *root = kernel__read(struct cgroup, fallback, root);

        head->cgroup_id = kernel__read(struct kernfs_node, node, id);
        head->cgroup_hierarchy = kernel__read(struct cgroup_root, root, hierarchy_id);
    }
}

static __always_inline bool extract__is_compat(struct task_struct *task)
{
    return task->thread_info.status & TS_COMPAT;
}

/* The system call the current task is in, or -1: interrupts and exceptions leave a negative orig_ax. */
static __always_inline __s32 extract__syscall(struct task_struct *task)
{
    if (task->flags & PF_KTHREAD)
        return -1;

    struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);
    __s32 number = regs->orig_ax;

    return number < 0 ? -1 : number;
}

static __always_inline __u64 extract__ctime(struct inode *inode)
{
    struct inode___split_ctime *split = (void *)inode;
    struct inode___hidden_ctime *hidden = (void *)inode;
    struct inode___plain_ctime *plain = (void *)inode;
    __u64 seconds, nanoseconds;

    if (bpf_core_field_exists(split->i_ctime_sec)) {
        struct inode *known = bpf_rdonly_cast ? bpf_rdonly_cast(inode, bpf_core_type_id_kernel(struct inode)) : NULL;

        split = (void *)known;
        seconds = known ? split->i_ctime_sec : BPF_CORE_READ((struct inode___split_ctime *)inode, i_ctime_sec);
        nanoseconds = known ? split->i_ctime_nsec : BPF_CORE_READ((struct inode___split_ctime *)inode, i_ctime_nsec);
        nanoseconds &= 0x7fffffff;
    } else if (bpf_core_field_exists(hidden->__i_ctime)) {
        seconds = BPF_CORE_READ(hidden, __i_ctime.tv_sec);
        nanoseconds = BPF_CORE_READ(hidden, __i_ctime.tv_nsec);
    } else {
        seconds = BPF_CORE_READ(plain, i_ctime.tv_sec);
        nanoseconds = BPF_CORE_READ(plain, i_ctime.tv_nsec);
    }
    return seconds * 1000000000ULL + nanoseconds;
}

struct file_facts {
    __u64 inode;
    __u64 ctime;
    __u32 dev;
    __u16 mode;
};

/* All zero where there is no file. */
static __always_inline struct file_facts extract__file(struct file *file)
{
    struct file_facts facts = {};

    if (file) {
        struct inode *inode = kernel__read(struct file, file, f_inode);
        struct super_block *super = kernel__read(struct inode, inode, i_sb);

        facts.inode = kernel__read(struct inode, inode, i_ino);
        facts.ctime = extract__ctime(inode);
        facts.dev = kernel__read(struct super_block, super, s_dev);
        facts.mode = kernel__read(struct inode, inode, i_mode);
    }
    return facts;
}

/* What the descriptor stands for in the current task; NULL where it stands for nothing (any more). */
static __always_inline struct file *extract__descriptor(struct task_struct *task, __s64 descriptor)
{
    struct fdtable *table = task->files->fdt;
    struct file *file = NULL;

    if (descriptor < 0 || descriptor >= table->max_fds)
        return NULL;
    bpf_probe_read_kernel(&file, sizeof(file), (struct file **)(__u64)table->fd + descriptor);
    return file;
}
