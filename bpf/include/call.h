/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * call__: a system call as its event shows it: which one it is, its arguments in the event's order, and the parts of
 * user memory that they point at. What is read of it, and as what, the table of calls says (struct call_entry).
 */
#pragma once

#include "filter.h"

/* Results from -ERRNO_MAX to -1 are errors. */
#define ERRNO_MAX 4095

/* Bit of an x32 call. */
#define X32_SYSCALL_BIT 0x40000000

/* Where the call the task is in stands in the tables; CALLS or more where it is none that is known. */
static __always_inline __u32 call__index(struct task_struct *task, __u64 number)
{
    if (extract__is_compat(task))
        return number < CALLS - CALLS_COMPAT ? CALLS_COMPAT + number : CALLS;
    number &= ~(__u64)X32_SYSCALL_BIT;
    return number < CALLS_COMPAT ? number : CALLS;
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

/* ---- What an argument points at ---- */

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
