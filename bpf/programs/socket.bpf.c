// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/*
 * Sockets: security_socket_connect, _bind, _listen, _accept, socket_dup. Addresses are the socket's own; where the
 * call failed the socket has none, and the caller's memory says what was asked for.
 */
#include "../include/object.h"
#include "../include/flow.h"

#define CALL_FCNTL          72
#define CALL_FCNTL_COMPAT   55
#define CALL_FCNTL64_COMPAT 221

/* The first argument of socketcall. */
enum socket_call {
    SOCKET_BIND = 2,
    SOCKET_CONNECT = 3,
    SOCKET_LISTEN = 4,
    SOCKET_ACCEPT = 5,
    SOCKET_ACCEPT4 = 18,
};

static __always_inline struct socket *socket__of(const struct returned *call)
{
    return extract__socket(extract__descriptor(call->task, (__s32)call->argument[0]));
}

/*
 * Whether the call was about a socket. Another thread may have closed the descriptor meanwhile: then the socket is out
 * of sight, and there is still an event, with what the caller asked for.
 */
static __always_inline bool socket__was_there(const struct returned *call)
{
    return call->result != -EBADF && call->result != -ENOTSOCK;
}

static __always_inline void socket__address(struct scratch *s, struct socket *socket, enum socket_end end)
{
    if (!socket) {
        emit__empty(s);
        return;
    }
    object__address(&s->address, BPF_CORE_READ(socket, sk), end);
    emit__socket_address(s, &s->address);
}

static __always_inline int socket__connect(const struct returned *call)
{
    struct socket *socket;
    struct scratch *s;

    if (!socket__was_there(call))
        return 0;
    socket = socket__of(call);
    s = object__begin(call, EVENT_SECURITY_SOCKET_CONNECT);
    if (!s)
        return 0;
    s->number[0] = (__s32)call->argument[0];
    s->number[1] = BPF_CORE_READ(socket, type);
    object__body(s, call->task, 2);
    s->address.length = 0;
    if (socket && (call->result == 0 || call->result == -EINPROGRESS))
        object__address(&s->address, BPF_CORE_READ(socket, sk), END_REMOTE);
    if (s->address.length)
        emit__socket_address(s, &s->address);
    else
        emit__user_address(s, call->argument[1], call->argument[2]);
    return object__end(s);
}

static __always_inline int socket__bind(const struct returned *call)
{
    struct socket *socket;
    struct scratch *s;

    if (!socket__was_there(call))
        return 0;
    socket = socket__of(call);
    s = object__begin(call, EVENT_SECURITY_SOCKET_BIND);
    if (!s)
        return 0;
    s->number[0] = (__s32)call->argument[0];
    object__body(s, call->task, 1);
    if (socket && call->result == 0)
        socket__address(s, socket, END_LOCAL);
    else
        emit__user_address(s, call->argument[1], call->argument[2]);
    return object__end(s);
}

static __always_inline int socket__listen(const struct returned *call)
{
    struct socket *socket;
    struct scratch *s;

    if (!socket__was_there(call))
        return 0;
    socket = socket__of(call);
    s = object__begin(call, EVENT_SECURITY_SOCKET_LISTEN);
    if (!s)
        return 0;
    s->number[0] = (__s32)call->argument[0];
    s->number[1] = (__s32)call->argument[1];
    object__body(s, call->task, 2);
    socket__address(s, socket, END_LOCAL);
    return object__end(s);
}

static __always_inline int socket__accept(const struct returned *call)
{
    struct socket *socket, *accepted;
    struct scratch *s;

    if (call->result < 0)
        return 0;
    accepted = extract__socket(extract__descriptor(call->task, call->result));
    if (accepted)
        flow__accepted(call->task, BPF_CORE_READ(accepted, sk));
    socket = socket__of(call);
    s = object__begin(call, EVENT_SECURITY_SOCKET_ACCEPT);
    if (!s)
        return 0;
    s->number[0] = (__s32)call->argument[0];
    object__body(s, call->task, 1);
    socket__address(s, socket, END_LOCAL);
    return object__end(s);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(call_connect, struct pt_regs *regs, long result)
{
    struct returned call;

    object__read(&call, regs, result);
    return socket__connect(&call);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(call_bind, struct pt_regs *regs, long result)
{
    struct returned call;

    object__read(&call, regs, result);
    return socket__bind(&call);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(call_listen, struct pt_regs *regs, long result)
{
    struct returned call;

    object__read(&call, regs, result);
    return socket__listen(&call);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(call_accept, struct pt_regs *regs, long result)
{
    struct returned call;

    object__read(&call, regs, result);
    return socket__accept(&call);
}

/* The one call that old 32-bit programs make for all of these. */
SEC("tp_btf/sys_exit")
int BPF_PROG(call_socketcall, struct pt_regs *regs, long result)
{
    struct returned call;

    object__read(&call, regs, result);
    switch (regs->bx) {
    case SOCKET_BIND:
        return socket__bind(&call);
    case SOCKET_CONNECT:
        return socket__connect(&call);
    case SOCKET_LISTEN:
        return socket__listen(&call);
    case SOCKET_ACCEPT:
    case SOCKET_ACCEPT4:
        return socket__accept(&call);
    default:
        return 0;
    }
}

static __always_inline bool socket__is_fcntl(const struct returned *call)
{
    if (call->compat)
        return call->number == CALL_FCNTL_COMPAT || call->number == CALL_FCNTL64_COMPAT;
    return call->number == CALL_FCNTL;
}

/* dup, dup2, dup3, and fcntl where it does the same. */
SEC("tp_btf/sys_exit")
int BPF_PROG(call_dup, struct pt_regs *regs, long result)
{
    struct returned call;
    struct socket *socket;
    struct scratch *s;
    __u16 family;

    if (result < 0)
        return 0;
    object__read(&call, regs, result);
    if (socket__is_fcntl(&call) && call.argument[1] != F_DUPFD && call.argument[1] != F_DUPFD_CLOEXEC)
        return 0;
    /* One of the two may have been closed by another thread meanwhile. */
    socket = extract__socket(extract__descriptor(call.task, result));
    if (!socket)
        socket = socket__of(&call);
    if (!socket)
        return 0;
    family = BPF_CORE_READ(socket, sk, __sk_common.skc_family);
    if (family != AF_UNIX && family != AF_INET && family != AF_INET6)
        return 0;
    s = object__begin(&call, EVENT_SOCKET_DUP);
    if (!s)
        return 0;
    s->number[0] = (__s32)call.argument[0];
    s->number[1] = result;
    object__body(s, call.task, 2);
    socket__address(s, socket, END_REMOTE);
    return object__end(s);
}
