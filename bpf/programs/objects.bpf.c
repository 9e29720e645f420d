// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/*
 * Where every system call passes on its way to the program of its own, if it has one: include/object.h. Attached
 * only while some call has.
 */
#include "../include/object.h"

SEC("tp_btf/sys_exit")
int BPF_PROG(on_call_returns, struct pt_regs *regs, long result)
{
    bpf_tail_call(ctx, &returning_calls, object__place(bpf_get_current_task_btf(), regs->orig_ax));
    return 0;
}

SEC("tp_btf/sys_enter")
int BPF_PROG(on_call_begins, struct pt_regs *regs, long number)
{
    bpf_tail_call(ctx, &beginning_calls, object__place(bpf_get_current_task_btf(), number));
    return 0;
}
