// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/*
 * mem_prot_alert and shared_object_loaded: what became executable. What a mapping is comes from the memory map, as it
 * is when the call returns; what its protection was, from the map as the call begins.
 */
#include "../include/object.h"

/* Mappings of one mprotect that are looked at. */
#define MAPPINGS_MAX 16

/* Results above this are errors. */
#define ERRORS_FROM (-4096LL)

#define CALL_OLD_MMAP_COMPAT 90

struct mapped {
    struct file *file;
    __u64 end;
    __u64 flags;
};

static long memory__note(struct task_struct *task, struct vm_area_struct *area, struct mapped *mapped)
{
    mapped->file = area->vm_file;
    mapped->end = area->vm_end;
    mapped->flags = area->vm_flags;
    return 0;
}

static __always_inline bool memory__find(struct task_struct *task, __u64 address, struct mapped *mapped)
{
    mapped->file = NULL;
    mapped->end = 0;
    mapped->flags = 0;
    return bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_find_vma) &&
           bpf_find_vma(task, address, memory__note, mapped, 0) == 0;
}

static __always_inline enum protection_alert memory__alert(__u64 before, __u64 wanted)
{
    bool writable = before & PROT_WRITE, executable = before & PROT_EXEC;

    if (!executable)
        return ALERT_BECAME_EXECUTABLE;
    if (!writable)
        return wanted & PROT_WRITE ? ALERT_EXECUTABLE_BECAME_WRITABLE : 0;
    return wanted & PROT_WRITE ? 0 : ALERT_WRITABLE_BECAME_EXECUTABLE;
}

/* mprotect, pkey_mprotect begin: the most alarming of the mappings that will change. */
SEC("tp_btf/sys_enter")
int BPF_PROG(before_mprotect, struct pt_regs *regs, long number)
{
    struct task_before before = {};
    struct mapped mapped;
    struct returned call;
    __u64 address, end;
    __u32 tid;

    object__read(&call, regs, 0);
    if (!(call.argument[2] & PROT_EXEC) || emit__is_own(call.task->tgid))
        return 0;
    address = call.argument[0];
    end = address + call.argument[1];
    for (int n = 0; n < MAPPINGS_MAX && address < end; n++) {
        enum protection_alert alert;

        if (!memory__find(call.task, address, &mapped)) {
            /* Another thread changes the map: it is not known what was, but not that nothing was either. */
            if (n == 0) {
                before.alert = ALERT_BECAME_EXECUTABLE;
                before.protection = PROTECTION_UNKNOWN;
            }
            break;
        }
        alert = memory__alert(mapped.flags, call.argument[2]);
        if (alert > before.alert) {
            before.alert = alert;
            before.protection = mapped.flags & PROT_ALL;
        }
        address = mapped.end;
    }
    tid = call.task->pid;
    if (before.alert)
        emit__remember(&tasks_before, &tid, &before, REMEMBERED_CALLS);
    else
        emit__forget(&tasks_before, &tid, REMEMBERED_CALLS);
    return 0;
}

static __always_inline int memory__emit_alert(const struct returned *call, __u32 alert, __u64 address, __s64 before,
                                              struct file *file)
{
    struct file_facts facts;
    struct scratch *s = object__begin(call, EVENT_MEM_PROT_ALERT);

    if (!s)
        return 0;
    facts = extract__file(file);
    s->number[0] = alert;
    s->number[1] = address;
    s->number[2] = call->argument[1];
    s->number[3] = call->argument[2];
    s->number[4] = before;
    s->number[5] = facts.dev;
    s->number[6] = facts.inode;
    s->number[7] = facts.ctime;
    object__body(s, call->task, 8);
    emit__file_path(s, file);
    return object__end(s);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(call_mprotect, struct pt_regs *regs, long result)
{
    struct task_before *before;
    struct returned call;
    struct mapped mapped;
    __u32 tid, alert;
    __s64 protection;

    object__read(&call, regs, result);
    if (!(call.argument[2] & PROT_EXEC))
        return 0;
    tid = call.task->pid;
    before = bpf_map_lookup_elem(&tasks_before, &tid);
    if (!before)
        return 0;
    alert = before->alert;
    protection = (__s32)before->protection;
    emit__forget(&tasks_before, &tid, REMEMBERED_CALLS);
    if (result != 0)
        return 0;
    memory__find(call.task, call.argument[0], &mapped);
    return memory__emit_alert(&call, alert, call.argument[0], protection, mapped.file);
}

static __always_inline int memory__emit_loaded(const struct returned *call, struct file *file)
{
    struct file_facts facts;
    struct scratch *s = object__begin(call, EVENT_SHARED_OBJECT_LOADED);

    if (!s)
        return 0;
    facts = extract__file(file);
    s->number[0] = BPF_CORE_READ(file, f_flags);
    s->number[1] = facts.dev;
    s->number[2] = facts.inode;
    s->number[3] = facts.ctime;
    object__body(s, call->task, 4);
    emit__file_path(s, file);
    return object__end(s);
}

/* mmap, mmap2, and the old mmap of 32 bits, whose arguments are in memory. */
SEC("tp_btf/sys_exit")
int BPF_PROG(call_mmap, struct pt_regs *regs, long result)
{
    struct returned call;
    struct mapped mapped;
    __u64 protection;

    if (result > ERRORS_FROM && result < 0)
        return 0;
    object__read(&call, regs, result);
    if (call.compat && call.number == CALL_OLD_MMAP_COMPAT) {
        __u32 words[CALL_ARGUMENTS] = {};

        bpf_probe_read_user(words, sizeof(words), (void *)call.argument[0]);
        for (int n = 0; n < CALL_ARGUMENTS; n++)
            call.argument[n] = words[n];
    }
    protection = call.argument[2];
    if (!(protection & PROT_EXEC))
        return 0;
    /* Where another thread changes the map, the descriptor says what was mapped. */
    if (!memory__find(call.task, call.compat ? (__u32)result : result, &mapped) && !(call.argument[3] & MAP_ANONYMOUS))
        mapped.file = extract__descriptor(call.task, (__s32)call.argument[4]);
    if (protection & PROT_WRITE)
        memory__emit_alert(&call, ALERT_MAPPED_WRITABLE_EXECUTABLE, call.compat ? (__u32)result : result, 0,
                           mapped.file);
    if (mapped.file)
        memory__emit_loaded(&call, mapped.file);
    return 0;
}
