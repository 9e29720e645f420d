// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/*
 * io_uring_submit_req: what a process asks of the kernel without a system call. Paths and addresses are the kernel's
 * own copies, made when the request was taken from the ring.
 */
#include "../include/object.h"

/* Operations that carry more than a descriptor. */
enum uring_operation {
    URING_CONNECT = 16,
    URING_OPENAT = 18,
    URING_OPENAT2 = 28,
    URING_RENAMEAT = 35,
    URING_UNLINKAT = 36,
};

static __always_inline void uring__name(struct scratch *s, struct filename *name)
{
    emit__kernel_string(s, (__u64)BPF_CORE_READ(name, name));
}

/*
 * The kernel's copy of the address is all of a connect's data, but from 6.10 to 6.16, where it is a field of it. What
 * is first there is a pointer, whose last bits no family of internet or unix sockets has.
 */
static __always_inline void uring__address(struct scratch *s, struct io_kiocb *request)
{
    struct io_async_msghdr *message = BPF_CORE_READ(request, async_data);
    struct io_connect *connect = (struct io_connect *)&request->cmd;
    __u64 length = (__u32)BPF_CORE_READ(connect, addr_len);
    void *address = message;
    __u16 family = 0;

    bpf_probe_read_kernel(&family, sizeof(family), address);
    if (family != AF_UNIX && family != AF_INET && family != AF_INET6 && bpf_core_field_exists(message->addr))
        address = &message->addr;
    if (length > SOCKET_ADDRESS_MAX)
        length = SOCKET_ADDRESS_MAX;
    s->address.length = 0;
    if (!bpf_probe_read_kernel(s->address.bytes, SOCKET_ADDRESS_MAX, address))
        s->address.length = length;
    emit__socket_address(s, &s->address);
}

SEC("tp_btf/io_uring_submit_req")
int BPF_PROG(on_io_uring_submit_req, struct io_kiocb *request)
{
    struct task_struct *task = bpf_get_current_task_btf();
    __u8 operation = request->opcode;
    struct scratch *s;

    if (emit__is_own(task->tgid))
        return 0;
    s = emit__begin(EVENT_IO_URING_SUBMIT_REQ, task);
    if (!s)
        return 0;
    s->number[0] = operation;
    if (operation == URING_OPENAT || operation == URING_OPENAT2)
        s->number[1] = BPF_CORE_READ((struct io_open *)&request->cmd, dfd);
    else if (operation == URING_UNLINKAT)
        s->number[1] = BPF_CORE_READ((struct io_unlink *)&request->cmd, dfd);
    else if (operation == URING_RENAMEAT)
        s->number[1] = BPF_CORE_READ((struct io_rename *)&request->cmd, old_dfd);
    else
        s->number[1] = request->cqe.fd;
    object__body(s, task, 2);

    if (operation == URING_OPENAT || operation == URING_OPENAT2)
        uring__name(s, BPF_CORE_READ((struct io_open *)&request->cmd, filename));
    else if (operation == URING_UNLINKAT)
        uring__name(s, BPF_CORE_READ((struct io_unlink *)&request->cmd, filename));
    else if (operation == URING_RENAMEAT)
        uring__name(s, BPF_CORE_READ((struct io_rename *)&request->cmd, oldpath));
    else
        emit__empty(s);

    if (operation == URING_CONNECT)
        uring__address(s, request);
    else
        emit__empty(s);
    return object__end(s);
}
