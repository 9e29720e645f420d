/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * emit__: a record from its first byte to the ring.
 *
 *   s = emit__begin(event, task)     NULL: off, or no scratch; both counted
 *   s->fork.child = ...              the body
 *   emit__body(s, sizeof(s->fork))   ends the body
 *   emit__user_string(s, ...)        the parts of the tail, in order
 *   emit__end(s)                     into the ring, or counted as dropped
 */
#pragma once

#include "path.h"

#define PART_HEAD sizeof(__u16)

static __always_inline struct cpu_account *emit__account(void)
{
    __u32 cpu = bpf_get_smp_processor_id();

    return bpf_map_lookup_elem(&accounts, &cpu);
}

static __always_inline struct control *emit__control(void)
{
    __u32 zero = 0;

    return bpf_map_lookup_elem(&control, &zero);
}

static __always_inline void emit__count_drop(struct cpu_account *account, __u32 event,
                                             enum drop_reason reason)
{
    __u64 *drops = bpf_map_lookup_elem(&event_drops, &event);

    __sync_fetch_and_add(&account->dropped[reason], 1);
    if (drops)
        __sync_fetch_and_add(drops, 1);
}

/* Whether a consumer wants the event; an event that is off is counted, not produced. */
static __always_inline bool emit__is_on(__u32 event)
{
    struct control *switches = emit__control();
    struct cpu_account *account;

    if (switches && event < EVENT_ID_LIMIT && switches->event_on[event])
        return true;
    account = emit__account();
    if (account)
        __sync_fetch_and_add(&account->switched_off, 1);
    return false;
}

/* Whether the process is one of the mesh's own; its events are counted, not produced. */
static __always_inline bool emit__is_own(__u32 process)
{
    struct cpu_account *account;

    if (!bpf_map_lookup_elem(&own_processes, &process))
        return false;
    account = emit__account();
    if (account)
        __sync_fetch_and_add(&account->own_process, 1);
    return true;
}

/* Into a map that makes room; counted, so that the collector knows how much has. */
static __always_inline void emit__remember(void *map, const void *key, const void *value, enum remembered kind)
{
    struct cpu_account *account;

    if (bpf_map_update_elem(map, key, value, BPF_NOEXIST)) {
        bpf_map_update_elem(map, key, value, BPF_ANY);
        return;
    }
    account = emit__account();
    if (account)
        __sync_fetch_and_add(&account->remembered[kind], 1);
}

static __always_inline void emit__forget(void *map, const void *key, enum remembered kind)
{
    struct cpu_account *account;

    if (bpf_map_delete_elem(map, key))
        return;
    account = emit__account();
    if (account)
        __sync_fetch_and_add(&account->remembered[kind], -1);
}

static __always_inline struct scratch *emit__take_scratch(void)
{
    __u32 first = bpf_get_smp_processor_id() * SCRATCH_PER_CPU;

    for (__u32 n = 0; n < SCRATCH_PER_CPU; n++) {
        __u32 index = first + n;
        struct scratch *s = bpf_map_lookup_elem(&scratches, &index);

        if (s && __sync_val_compare_and_swap(&s->taken, 0, 1) == 0)
            return s;
    }
    return NULL;
}

/* The end of a record that is not to be, too. */
static __always_inline void emit__release(struct scratch *s)
{
    *(volatile __u64 *)&s->taken = 0;
}

static __always_inline void emit__head(struct record_head *head, __u32 event, struct task_struct *task)
{
    struct task_struct *leader = task->group_leader;
    struct task_struct *parent = task->real_parent->group_leader;
    struct nsproxy *namespaces = task->nsproxy;

    head->event = event;
    head->time = bpf_ktime_get_boot_ns();
    head->start_time = task->start_boottime;
    head->leader_start_time = leader->start_boottime;
    head->parent_start_time = parent->start_boottime;
    head->return_value = 0;
    head->host_tid = task->pid;
    head->host_pid = task->tgid;
    head->host_ppid = parent->pid;
    head->ns_tid = extract__ns_number(task);
    head->ns_pid = extract__ns_number(leader);
    head->ns_ppid = extract__ns_parent(task, parent);
    head->uid = task->cred->uid.val;
    head->gid = task->cred->gid.val;
    head->mount_namespace = namespaces->mnt_ns->ns.inum;
    head->pid_namespace = extract__pid_namespace(task);
    head->syscall = -1;
    head->flags = 0;
    head->truncated = 0;
    head->parts = 0;
    head->reserved = 0;
    extract__cgroup(head, task);
    bpf_probe_read_kernel(head->comm, sizeof(head->comm), task->comm);
}

/* Counts a record that was produced and has no place to be made in. */
static __always_inline void emit__count_homeless(__u32 event)
{
    struct cpu_account *account = emit__account();

    if (account) {
        __sync_fetch_and_add(&account->seq, 1);
        emit__count_drop(account, event, DROP_NO_SCRATCH);
    }
}

/* The record's head, in the task's name. For a task other than the current one the system call stays -1. */
static __always_inline struct scratch *emit__begin_always(__u32 event, struct task_struct *task)
{
    struct scratch *s = emit__take_scratch();

    if (!s) {
        emit__count_homeless(event);
        return NULL;
    }
    emit__head(&s->head, event, task);
    return s;
}

/* The same for an event that has a switch and happens to the current task. */
static __always_inline struct scratch *emit__begin(__u32 event, struct task_struct *task)
{
    struct scratch *s;

    if (!emit__is_on(event))
        return NULL;
    s = emit__begin_always(event, task);
    if (s) {
        s->head.syscall = extract__syscall(task);
        if (extract__is_compat(task))
            s->head.flags |= RECORD_COMPAT;
    }
    return s;
}

/*
 * Room for one more part of at most max bytes, behind its length; NULL when the record is full, which the
 * maxima of the parts exclude. The bound is what lets the verifier accept the write.
 */
static __always_inline char *emit__room(struct scratch *s, __u64 max)
{
    __u64 size = s->size;

    barrier_var(size);
    if (size > RECORD_MAX - PART_HEAD - max)
        return NULL;
    return s->bytes + size + PART_HEAD;
}

/* Ends the part that was written into emit__room(). */
static __always_inline void emit__part(struct scratch *s, __u64 length, bool cut)
{
    __u64 size = s->size;

    barrier_var(size);
    if (size > RECORD_MAX - PART_HEAD)
        return;
    *(__u16 *)(s->bytes + size) = length;
    s->size = size + PART_HEAD + length;
    if (cut)
        s->head.truncated |= 1 << s->head.parts;
    s->head.parts++;
}

static __always_inline void emit__empty(struct scratch *s)
{
    emit__part(s, 0, false);
}

/* A string read with its NUL; result is what the read helper returned for a limit of max + 1 bytes. */
static __always_inline void emit__string_result(struct scratch *s, __s64 result, __u64 max)
{
    if (result <= 0)
        emit__part(s, 0, true);
    else
        emit__part(s, result - 1, (__u64)result > max);
}

/* A part that could not be read is empty and marked as cut. */
static __noinline int emit__user_string(struct scratch *s, __u64 address)
{
    char *room = emit__room(s, PATH_PART_MAX + 1);

    if (room)
        emit__string_result(s, bpf_probe_read_user_str(room, PATH_PART_MAX + 1, (void *)address),
                            PATH_PART_MAX);
    return 0;
}

static __noinline int emit__kernel_string(struct scratch *s, __u64 address)
{
    char *room = emit__room(s, PATH_PART_MAX + 1);

    if (room)
        emit__string_result(s, bpf_probe_read_kernel_str(room, PATH_PART_MAX + 1, (void *)address),
                            PATH_PART_MAX);
    return 0;
}

/* The path that path__walk() left in s->walk. */
static __noinline int emit__walked_path(struct scratch *s)
{
    char *room = emit__room(s, PATH_PART_MAX);
    __u64 begin, length;

    if (!room)
        return 0;
    begin = s->walk.begin;
    barrier_var(begin);
    if (begin > PATH_PART_MAX)
        begin = PATH_PART_MAX;
    length = PATH_PART_MAX - begin;
    barrier_var(length);
    if (length > PATH_PART_MAX)
        length = PATH_PART_MAX;
    bpf_probe_read_kernel(room, length, s->walk.bytes + begin);
    emit__part(s, length, s->walk.cut);
    return 0;
}

static __always_inline int emit__path(struct scratch *s, __u64 mount, __u64 dentry)
{
    if (!dentry) {
        emit__part(s, 0, false);
        return 0;
    }
    path__begin(&s->walk, mount, dentry);
    path__walk(&s->walk);
    return emit__walked_path(s);
}

static __always_inline void emit__file_path(struct scratch *s, struct file *file)
{
    if (file)
        emit__path(s, (__u64)kernel__read(struct file, file, f_path.mnt),
                   (__u64)kernel__read(struct file, file, f_path.dentry));
    else
        emit__empty(s);
}

/*
 * A list of strings as the kernel lays them out (argv, environment), of the current task. A cut list still
 * ends with a NUL; one that could not be read is empty and marked as cut.
 */
static __always_inline __u64 emit__list_length(__u64 start, __u64 end, __u64 max)
{
    __u64 length = end > start ? end - start : 0;

    return length > max ? max : length;
}

static __always_inline void emit__list_result(struct scratch *s, char *room, __u64 length, long result,
                                              bool cut)
{
    if (result || !length) {
        emit__part(s, 0, result != 0);
        return;
    }
    room[length - 1] = 0;
    emit__part(s, length, cut);
}

static __noinline int emit__user_list(struct scratch *s, __u64 start, __u64 end)
{
    char *room = emit__room(s, ARGV_PART_MAX);
    __u64 length = emit__list_length(start, end, ARGV_PART_MAX);

    barrier_var(length);
    if (room && length <= ARGV_PART_MAX)
        emit__list_result(s, room, length, bpf_probe_read_user(room, length, (void *)start),
                          end - start > ARGV_PART_MAX);
    return 0;
}

/* The record ends its fixed half; a task outside the init uts namespace brings its node name. */
static __always_inline void emit__body(struct scratch *s, struct task_struct *task, __u64 body)
{
    struct uts_namespace *uts = task->nsproxy->uts_ns;

    s->size = sizeof(struct record_head) + body;
    if (uts && uts->ns.inum != UTS_INIT_INUM) {
        char *room = emit__room(s, NAME_PART_MAX + 1);

        s->head.flags |= RECORD_UTS_PRIVATE;
        if (room)
            emit__string_result(s, bpf_probe_read_kernel_str(room, NAME_PART_MAX + 1, uts->name.nodename),
                                NAME_PART_MAX);
    }
}

static __always_inline bool emit__is_shed(const struct control *switches, __u32 event)
{
    __u32 order = switches->shed_order[event % EVENT_ID_LIMIT];

    return order != SHED_NEVER && order < SHED_ORDERS &&
           bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) > switches->shed_above[order];
}

/* Into the ring without waking anyone: the collector drains on a timer. */
static __always_inline void emit__submit(struct scratch *s)
{
    struct cpu_account *account = emit__account();
    struct control *switches = emit__control();
    __u64 size = s->size;

    if (account && switches) {
        __u64 dropped = 0;

        for (int reason = 0; reason < DROP_REASONS; reason++)
            dropped += account->dropped[reason];
        s->head.size = size;
        s->head.cpu = bpf_get_smp_processor_id();
        s->head.dropped = dropped;
        s->head.seq = __sync_fetch_and_add(&account->seq, 1);

        barrier_var(size);
        if (s->head.time - switches->drained_at > DRAIN_TIMEOUT_NS && s->head.time > switches->drained_at)
            emit__count_drop(account, s->head.event, DROP_NOT_DRAINED);
        else if (emit__is_shed(switches, s->head.event))
            emit__count_drop(account, s->head.event, DROP_SHED);
        else if (size > RECORD_MAX || bpf_ringbuf_output(&ring, s->bytes, size, BPF_RB_NO_WAKEUP))
            emit__count_drop(account, s->head.event, DROP_RING_FULL);
    }
}

static __always_inline int emit__end(struct scratch *s)
{
    emit__submit(s);
    emit__release(s);
    return 0;
}
