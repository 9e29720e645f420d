/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * object__: events read from kernel objects as a system call returns.
 *
 * Each call has its own small program, which the one program on sys_exit jumps to by the call's number; where
 * nobody wants an event of the call there is nothing to jump to. A program reads
 *
 *   struct returned call;
 *   object__read(&call, regs, result);
 *   s = object__begin(&call, event);          NULL: off, one of the mesh's own, or no scratch
 *   s->number[0] = ...                        the event's numbers
 *   object__body(s, task, how many);
 *   emit__...                                 its other arguments
 *   object__end(s);                           into the ring, unless a filter keeps it back
 */
#pragma once

#include "filter.h"

/* Bit of an x32 call, whose numbers are otherwise x86-64's where these programs look at them. */
#define X32_BIT 0x40000000

#define COMPAT_SOCKETCALL 102

#define CALL_ARGUMENTS 5

struct returned {
    struct task_struct *task;
    __s64 result;
    __u64 argument[CALL_ARGUMENTS];
    __u32 number;
    bool compat;
};

static __always_inline void object__read(struct returned *call, struct pt_regs *regs, __s64 result)
{
    struct task_struct *task = bpf_get_current_task_btf();

    call->task = task;
    call->result = result;
    call->compat = extract__is_compat(task);
    call->number = regs->orig_ax;
    if (!call->compat) {
        call->number &= ~X32_BIT;
        call->argument[0] = regs->di;
        call->argument[1] = regs->si;
        call->argument[2] = regs->dx;
        call->argument[3] = regs->r10;
        call->argument[4] = regs->r8;
    } else if (call->number == COMPAT_SOCKETCALL) {
        __u32 words[CALL_ARGUMENTS] = {};

        bpf_probe_read_user(words, sizeof(words), (void *)(__u64)(__u32)regs->cx);
        for (int n = 0; n < CALL_ARGUMENTS; n++)
            call->argument[n] = words[n];
    } else {
        call->argument[0] = (__u32)regs->bx;
        call->argument[1] = (__u32)regs->cx;
        call->argument[2] = (__u32)regs->dx;
        call->argument[3] = (__u32)regs->si;
        call->argument[4] = (__u32)regs->di;
    }
}

static __always_inline struct scratch *object__begin(const struct returned *call, __u32 event)
{
    struct scratch *s;

    if (emit__is_own(call->task->tgid))
        return NULL;
    s = emit__begin(event, call->task);
    if (s) {
        s->head.syscall = call->number;
        s->head.return_value = call->result;
    }
    return s;
}

static __always_inline void object__body(struct scratch *s, struct task_struct *task, __u64 numbers)
{
    emit__body(s, task, numbers * sizeof(s->number[0]));
    s->tail = s->size;
}

/* The text that the first part is. One that was cut may be any. */
static __always_inline __u64 object__text(struct scratch *s)
{
    __u32 first = s->head.flags & RECORD_UTS_PRIVATE ? 1 : 0;
    __u64 tail = s->tail, length, *sets;

    barrier_var(tail);
    if (s->head.truncated & (1 << first) || tail > RECORD_MAX - PART_HEAD - FILTER_PATH_MAX)
        return ANY_PATH;
    length = *(__u16 *)(s->bytes + tail);
    if (length > FILTER_PATH_MAX - 1)
        length = FILTER_PATH_MAX - 1;
    bpf_probe_read_kernel(s->key.path, length, s->bytes + tail + PART_HEAD);
    barrier_var(length);
    length &= FILTER_PATH_MAX - 1;
    s->key.path[length] = 0;
    s->key.bits = (length + 1) * 8;
    sets = bpf_map_lookup_elem(&filter_paths, &s->key);
    return sets ? *sets : NO_PATH;
}

/* Whether a consumer may want the record that was made; what its filter looks at are the first numbers and the first part. */
__noinline int object__passes(struct scratch *s)
{
    struct control *switches = emit__control();
    __u32 event, slot, wants;

    if (!s || !switches)
        return false;
    event = s->head.event;
    if (event >= EVENT_ID_LIMIT || switches->event_on[event] < SWITCH_FILTER)
        return true;
    slot = switches->event_on[event] - SWITCH_FILTER;
    wants = filter__wants(slot);
    for (int n = 0; n < VALUE_UID; n++)
        s->values[n] = s->number[n];
    filter__values(s, bpf_get_current_task_btf(), s->head.return_value, slot);
    return filter__judge(s, slot, wants & WANTS_PATH ? object__text(s) : ANY_PATH);
}

static __always_inline int object__end(struct scratch *s)
{
    if (object__passes(s))
        return emit__end(s);
    filter__count();
    emit__release(s);
    return 0;
}

/* Where a path starts: the directory, or nothing where the path is absolute; then the path as the caller wrote it. */
static __always_inline void object__name(struct scratch *s, struct task_struct *task, __s32 directory, __u64 name)
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

/* ---- Sockets ---- */

/* The socket behind a descriptor of the current task; NULL where it is none. */
static __always_inline struct socket *extract__socket(struct file *file)
{
    struct socket *socket;

    if (!file || (BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT) != S_IFSOCK)
        return NULL;
    /* A socket's place in the file system, opened with O_PATH, has the mode and nothing behind it. */
    socket = BPF_CORE_READ(file, private_data);
    return socket && BPF_CORE_READ(socket, sk) ? socket : NULL;
}

enum socket_end {
    END_LOCAL,
    END_REMOTE,
};

static __always_inline void object__unix_address(struct socket_address *address, struct sock *sk, enum socket_end end)
{
    struct unix_sock *socket = (struct unix_sock *)sk;
    struct unix_address *name;
    __u64 length;

    if (end == END_REMOTE)
        socket = (struct unix_sock *)BPF_CORE_READ(socket, peer);
    if (!socket)
        return;
    address->length = sizeof(__u16);
    name = BPF_CORE_READ(socket, addr);
    if (!name)
        return;
    length = BPF_CORE_READ(name, len);
    barrier_var(length);
    if (length > SOCKET_ADDRESS_MAX)
        length = SOCKET_ADDRESS_MAX;
    if (!bpf_probe_read_kernel(address->bytes, length, &name->name))
        address->length = length;
}

/*
 * One end of a socket as a struct sockaddr; of length 0 where there is no such end (not connected), and the family
 * alone where it has no address or none of a kind that is known here.
 */
static __noinline int object__address(struct socket_address *address, struct sock *sk, enum socket_end end)
{
    __u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);
    __u16 port = end == END_REMOTE ? BPF_CORE_READ(sk, __sk_common.skc_dport)
                                   : __builtin_bswap16(BPF_CORE_READ(sk, __sk_common.skc_num));

    __builtin_memset(address, 0, sizeof(*address));
    *(__u16 *)address->bytes = family;
    if (family == AF_UNIX) {
        object__unix_address(address, sk, end);
        return 0;
    }
    if (family != AF_INET && family != AF_INET6) {
        address->length = sizeof(__u16);
        return 0;
    }
    if (end == END_REMOTE && !port)
        return 0;
    *(__u16 *)(address->bytes + 2) = port;
    if (family == AF_INET) {
        *(__u32 *)(address->bytes + 4) = end == END_REMOTE ? BPF_CORE_READ(sk, __sk_common.skc_daddr)
                                                           : BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr);
        address->length = 16;
    } else {
        bpf_probe_read_kernel(address->bytes + 8, 16,
                              end == END_REMOTE ? &sk->__sk_common.skc_v6_daddr
                                                : &sk->__sk_common.skc_v6_rcv_saddr);
        *(__u32 *)(address->bytes + 24) = BPF_CORE_READ(sk, __sk_common.skc_bound_dev_if);
        address->length = 28;
    }
    return 0;
}

static __noinline int emit__socket_address(struct scratch *s, struct socket_address *address)
{
    char *room = emit__room(s, SOCKET_ADDRESS_MAX);
    __u64 length;

    if (!room || !address)
        return 0;
    length = address->length;
    barrier_var(length);
    if (length > SOCKET_ADDRESS_MAX)
        length = SOCKET_ADDRESS_MAX;
    bpf_probe_read_kernel(room, SOCKET_ADDRESS_MAX, address->bytes);
    emit__part(s, length, false);
    return 0;
}

/* An address in the caller's memory. */
static __noinline int emit__user_address(struct scratch *s, __u64 address, __u64 size)
{
    char *room = emit__room(s, SOCKET_ADDRESS_MAX);
    __u64 length = size & 0xffffffff;
    bool cut = length > SOCKET_ADDRESS_MAX;

    if (!room)
        return 0;
    if (cut)
        length = SOCKET_ADDRESS_MAX;
    barrier_var(length);
    if (length == 0 || length > SOCKET_ADDRESS_MAX || bpf_probe_read_user(room, length, (void *)address))
        emit__part(s, 0, true);
    else
        emit__part(s, length, cut);
    return 0;
}
