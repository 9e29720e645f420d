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

/* A scratch record to make a flow in; one that is missing is counted if the event would have been told. */
static __always_inline struct scratch *flow__take(__u32 event)
{
    struct scratch *s = emit__take_scratch();

    if (!s && emit__is_on(event))
        emit__count_homeless(event);
    return s;
}

/* The connection stands: it is remembered in s->flow with its addresses, and told if that is wanted. */
static __always_inline int flow__begin(struct scratch *s, struct sock *sk)
{
    __u64 key = (__u64)sk;

    object__address(&s->flow.local, sk, END_LOCAL);
    object__address(&s->flow.remote, sk, END_REMOTE);
    s->flow.begun = true;
    emit__remember(&flows, &key, &s->flow, REMEMBERED_FLOWS);
    if (emit__is_on(EVENT_NET_FLOW_TCP_BEGIN))
        return flow__emit(s, EVENT_NET_FLOW_TCP_BEGIN);
    emit__release(s);
    return 0;
}

static __always_inline void flow__accepted(struct task_struct *task, struct sock *sk)
{
    __u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);
    struct scratch *s;

    if ((family != AF_INET && family != AF_INET6) || BPF_CORE_READ(sk, sk_protocol) != PROTOCOL_TCP ||
        emit__is_own(task->tgid))
        return;
    s = flow__take(EVENT_NET_FLOW_TCP_BEGIN);
    if (!s)
        return;
    user__note(&s->flow.user, EVENT_NET_FLOW_TCP_BEGIN);
    s->flow.direction = FLOW_INCOMING;
    flow__begin(s, sk);
}
