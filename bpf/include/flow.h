/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* flow__: TCP connections from the first thing known of them to their end. */
#pragma once

#include "object.h"
#include "user.h"


/* In the name of the connection's user. A program that runs in an interrupt has no system call of its own. */
static __always_inline int flow__emit(struct scratch *s, __u32 event)
{
    user__head(s, &s->flow.user, event);
    s->number[0] = s->flow.direction;
    user__body(s, &s->flow.user, sizeof(s->number[0]));
    emit__socket_address(s, &s->flow.local);
    emit__socket_address(s, &s->flow.remote);
    return emit__end(s);
}

static __always_inline void flow__accepted(struct task_struct *task, struct sock *sk)
{
    __u64 key = (__u64)sk;
    __u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);
    struct scratch *s;

    if ((family != AF_INET && family != AF_INET6) || BPF_CORE_READ(sk, sk_protocol) != PROTOCOL_TCP ||
        emit__is_own(task->tgid))
        return;
    s = emit__begin(EVENT_NET_FLOW_TCP_BEGIN, task);
    if (!s)
        return;
    user__note(&s->flow.user, EVENT_NET_FLOW_TCP_BEGIN);
    object__address(&s->flow.local, sk, END_LOCAL);
    object__address(&s->flow.remote, sk, END_REMOTE);
    s->flow.direction = FLOW_INCOMING;
    s->flow.begun = true;
    bpf_map_update_elem(&flows, &key, &s->flow, BPF_ANY);
    flow__emit(s, EVENT_NET_FLOW_TCP_BEGIN);
}
