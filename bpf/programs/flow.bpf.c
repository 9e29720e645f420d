// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/*
 * TCP connections: net_tcp_connect as one is tried, net_flow_tcp_begin when it stands, net_flow_tcp_end when its
 * socket closes. The first is seen in the task that connects, the others in whatever task was interrupted, so
 * they are told in the name of the one that connected or accepted. A connection that was accepted begins when
 * accept returns (socket.bpf.c). One older than the programs ends untold.
 */
#include "../include/flow.h"

static __always_inline int flow__tried(struct sock *sk, __u64 key)
{
    struct task_struct *task = bpf_get_current_task_btf();
    struct scratch *s;

    if (emit__is_own(task->tgid))
        return 0;
    s = flow__take(EVENT_NET_TCP_CONNECT);
    if (!s)
        return 0;
    user__note(&s->flow.user, EVENT_NET_TCP_CONNECT);
    s->flow.direction = FLOW_OUTGOING;
    s->flow.begun = false;
    emit__remember(&flows, &key, &s->flow, REMEMBERED_FLOWS);
    if (!emit__is_on(EVENT_NET_TCP_CONNECT)) {
        emit__release(s);
        return 0;
    }

    object__address(&s->flow.remote, sk, END_REMOTE);
    user__head(s, &s->flow.user, EVENT_NET_TCP_CONNECT);
    s->head.syscall = extract__syscall(task);
    user__body(s, &s->flow.user, 0);
    emit__socket_address(s, &s->flow.remote);
    return emit__end(s);
}

static __always_inline int flow__stands(struct sock *sk, __u64 key)
{
    struct flow *flow = bpf_map_lookup_elem(&flows, &key);
    struct scratch *s;

    if (!flow)
        return 0;
    s = flow__take(EVENT_NET_FLOW_TCP_BEGIN);
    if (!s)
        return 0;
    s->flow = *flow;
    return flow__begin(s, sk);
}

/* The addresses are those the connection had: a socket that closes has given up its port already. */
static __always_inline int flow__ended(__u64 key)
{
    struct flow *flow = bpf_map_lookup_elem(&flows, &key);
    struct scratch *s;

    if (!flow)
        return 0;
    if (!flow->begun || !emit__is_on(EVENT_NET_FLOW_TCP_END)) {
        emit__forget(&flows, &key, REMEMBERED_FLOWS);
        return 0;
    }
    s = flow__take(EVENT_NET_FLOW_TCP_END);
    if (!s) {
        emit__forget(&flows, &key, REMEMBERED_FLOWS);
        return 0;
    }
    s->flow = *flow;
    emit__forget(&flows, &key, REMEMBERED_FLOWS);
    return flow__emit(s, EVENT_NET_FLOW_TCP_END);
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(on_inet_sock_set_state, struct sock *sk, int from, int to)
{
    __u64 key = (__u64)sk;

    if (sk->sk_protocol != PROTOCOL_TCP)
        return 0;
    if (to == TCP_SYN_SENT)
        return flow__tried(sk, key);
    if (to == TCP_ESTABLISHED && from == TCP_SYN_SENT)
        return flow__stands(sk, key);
    if (to == TCP_CLOSE)
        return flow__ended(key);
    return 0;
}
