/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * filter__: whether any consumer may want this occurrence of an event.
 *
 *   s->values[...] = ...                      what terms look at
 *   filter__judge(s, slot, ANY_PATH)          no path looked at yet: cheap
 *   filter__wants(slot) & WANTS_PATH          whether the path decides
 *   filter__judge(s, slot, sets)              with the sets the path is in
 */
#pragma once

#include "emit.h"

#define ANY_PATH (~0ULL)
#define NO_PATH  0ULL

/* The event's switch; counts what is off. */
static __always_inline __u32 filter__switch(__u32 event)
{
    struct control *switches = emit__control();
    struct cpu_account *account;

    if (switches && event < EVENT_ID_LIMIT && switches->event_on[event])
        return switches->event_on[event];
    account = emit__account();
    if (account)
        __sync_fetch_and_add(&account->switched_off, 1);
    return SWITCH_OFF;
}

static __always_inline void filter__count(void)
{
    struct cpu_account *account = emit__account();

    if (account)
        __sync_fetch_and_add(&account->filtered_out, 1);
}

static __always_inline bool filter__holds(const struct filter_term *term, __u64 value)
{
    switch (term->kind) {
    case TERM_BETWEEN:
        return (__s64)value >= (__s64)term->low && (__s64)value <= (__s64)term->high;
    case TERM_ANY_FLAG:
        return value & term->low;
    case TERM_ALL_FLAGS:
        return (value & term->low) == term->low;
    case TERM_NO_FLAG:
        return !(value & term->low);
    default:
        return true;
    }
}

/* Global, so that the verifier walks its loops once and not for each event. */
__noinline int filter__judge(struct scratch *s, __u32 slot, __u64 paths)
{
    struct event_filter *filter = bpf_map_lookup_elem(&filters, &slot);

    if (!s || !filter)
        return true;
    for (__u32 a = 0; a < FILTER_ALTERNATIVES; a++) {
        struct filter_alternative *alternative = &filter->alternative[a];
        bool holds = true;

        if (a >= filter->alternatives)
            break;
        if (alternative->paths && !(alternative->paths & paths))
            continue;
        for (__u32 t = 0; t < FILTER_TERMS; t++) {
            if (t >= alternative->terms)
                break;
            if (!filter__holds(&alternative->term[t], s->values[alternative->term[t].value & (VALUES - 1)])) {
                holds = false;
                break;
            }
        }
        if (holds)
            return true;
    }
    return false;
}

/* What the filter looks at: enum filter_wants. */
static __always_inline __u32 filter__wants(__u32 slot)
{
    struct event_filter *filter = bpf_map_lookup_elem(&filters, &slot);

    return filter ? filter->wants : 0;
}

/* What every event has beside its arguments. */
static __always_inline void filter__values(struct scratch *s, struct task_struct *task, __s64 result, __u32 slot)
{
    struct css_set *set = task->cgroups;
    struct cgroup *fallback;
    struct cgroup *unified = set->dfl_cgrp;

    s->values[VALUE_UID] = task->cred->uid.val;
    s->values[VALUE_RESULT] = result;
    if (!(filter__wants(slot) & WANTS_CGROUP))
        return;
    s->values[VALUE_CGROUP] = unified->kn->id;
    s->values[VALUE_IN_CGROUP] = unified->level > 0;
    if (unified->level == 0) {
        fallback = extract__fallback_cgroup(set);
        if (fallback) {
            struct kernfs_node *node = kernel__read(struct cgroup, fallback, kn);

            s->values[VALUE_CGROUP] = kernel__read(struct kernfs_node, node, id);
            s->values[VALUE_IN_CGROUP] = kernel__read(struct cgroup, fallback, level) > 0;
        }
    }
}

/* The path that path__walk() left in s->walk. One that lost its beginning may be any path. */
static __always_inline __u64 filter__walked_path(struct scratch *s)
{
    __u64 begin = s->walk.begin, length, *sets;

    if (s->walk.cut)
        return ANY_PATH;
    barrier_var(begin);
    if (begin > PATH_PART_MAX)
        begin = PATH_PART_MAX;
    length = PATH_PART_MAX - begin;
    barrier_var(length);
    if (length > FILTER_PATH_MAX - 1)
        length = FILTER_PATH_MAX - 1;
    bpf_probe_read_kernel(s->key.path, length, s->walk.bytes + begin);
    barrier_var(length);
    length &= FILTER_PATH_MAX - 1;
    s->key.path[length] = 0;
    s->key.bits = (length + 1) * 8;
    sets = bpf_map_lookup_elem(&filter_paths, &s->key);
    return sets ? *sets : 0;
}

static __always_inline bool filter__is(const struct filter_name *name, __u64 bytes)
{
    return ((name->bytes ^ bytes) & name->mask) == 0;
}

/* Whether a path with these first names may be in a set of the filter. Global, so that the verifier walks it once. */
__noinline int filter__may_begin(__u32 slot, __u64 first, __u64 second)
{
    struct event_filter *filter = bpf_map_lookup_elem(&filters, &slot);

    if (!filter || !filter->roots)
        return true;
    for (__u32 r = 0; r < FILTER_ROOTS; r++) {
        if (r >= filter->roots)
            break;
        if (filter__is(&filter->root[r].first, first) && filter__is(&filter->root[r].second, second))
            return true;
    }
    return false;
}

static __always_inline __u64 filter__text(struct scratch *s, __s64 length)
{
    __u64 *sets;

    if (length <= 0)
        return ANY_PATH;
    s->key.bits = length * 8;
    sets = bpf_map_lookup_elem(&filter_paths, &s->key);
    return sets ? *sets : 0;
}

/* A text of the caller's. One that cannot be read may be any. */
static __always_inline __u64 filter__user_text(struct scratch *s, __u64 address)
{
    return filter__text(s, bpf_probe_read_user_str(s->key.path, FILTER_PATH_MAX, (void *)address));
}

static __always_inline __u64 filter__kernel_text(struct scratch *s, const char *text)
{
    return filter__text(s, bpf_probe_read_kernel_str(s->key.path, FILTER_PATH_MAX, text));
}
