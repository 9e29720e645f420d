/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * user__: whose a socket is. Packets and changes of a connection are seen in whatever task was interrupted, so the
 * head of their records is noted while the socket's user acts, and used later.
 */
#pragma once

#include "emit.h"

static __always_inline void user__note(struct socket_user *user, __u32 event)
{
    struct task_struct *task = bpf_get_current_task_btf();
    struct uts_namespace *uts = task->nsproxy->uts_ns;
    long size = 0;

    emit__head(&user->head, event, task);
    if (uts && uts->ns.inum != UTS_INIT_INUM) {
        user->head.flags |= RECORD_UTS_PRIVATE;
        size = bpf_probe_read_kernel_str(user->node_name, NAME_PART_MAX + 1, uts->name.nodename);
    }
    user->node_name_size = size > 0 ? size : 0;
}

/* The head of a record in the user's name, as of now. */
static __always_inline void user__head(struct scratch *s, const struct socket_user *user, __u32 event)
{
    s->head = user->head;
    s->head.event = event;
    s->head.time = bpf_ktime_get_boot_ns();
    s->head.syscall = -1;
}

/* Ends the body of such a record. */
static __always_inline void user__body(struct scratch *s, const struct socket_user *user, __u64 body)
{
    char *room;

    s->size = sizeof(struct record_head) + body;
    if (!(s->head.flags & RECORD_UTS_PRIVATE))
        return;
    room = emit__room(s, NAME_PART_MAX + 1);
    if (room)
        emit__string_result(s, bpf_probe_read_kernel_str(room, NAME_PART_MAX + 1, user->node_name), NAME_PART_MAX);
}
