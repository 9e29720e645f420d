// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/* module_load: a kernel module is in place and about to start. Kernels without modules do not have the hook. */
#include "../include/object.h"

#define CALL_FINIT_MODULE        313
#define CALL_FINIT_MODULE_COMPAT 350

SEC("tp_btf/module_load")
int BPF_PROG(on_module_load, struct module *module)
{
    struct task_struct *task = bpf_get_current_task_btf();
    struct file *file = NULL;
    struct file_facts facts;
    struct returned call;
    struct scratch *s;

    if (emit__is_own(task->tgid))
        return 0;
    s = emit__begin(EVENT_MODULE_LOAD, task);
    if (!s)
        return 0;
    /* A module handed over as bytes has no file. */
    object__read(&call, (struct pt_regs *)bpf_task_pt_regs(task), 0);
    if (call.number == (call.compat ? CALL_FINIT_MODULE_COMPAT : CALL_FINIT_MODULE))
        file = extract__descriptor(task, (__s32)call.argument[0]);
    facts = extract__file(file);
    s->number[0] = facts.dev;
    s->number[1] = facts.inode;
    s->number[2] = facts.ctime;
    object__body(s, task, 3);
    emit__kernel_string(s, (__u64)module->name);
    if (module->version)
        emit__kernel_string(s, (__u64)module->version);
    else
        emit__empty(s);
    if (module->srcversion)
        emit__kernel_string(s, (__u64)module->srcversion);
    else
        emit__empty(s);
    emit__file_path(s, file);
    return object__end(s);
}
