// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/*
 * cgroup_mkdir, cgroup_rmdir, cgroup_attach_task. Whoever does it, the mesh's
 * own processes too: where a process lives is a fact the stores need.
 */
#include "../include/emit.h"

static __always_inline int cgroup__directory(__u32 event, struct cgroup *cgroup, const char *path)
{
    struct task_struct *task = bpf_get_current_task_btf();
    struct scratch *s = emit__begin(event, task);

    if (!s)
        return 0;
    s->cgroup.cgroup_id = cgroup->kn->id;
    s->cgroup.hierarchy_id = cgroup->root->hierarchy_id;
    s->cgroup.ctime = 0;
    s->cgroup.reserved = 0;

    emit__body(s, task, sizeof(s->cgroup));
    emit__kernel_string(s, (__u64)path);
    return emit__end(s);
}

SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(on_cgroup_mkdir, struct cgroup *cgroup, const char *path)
{
    return cgroup__directory(EVENT_CGROUP_MKDIR, cgroup, path);
}

SEC("tp_btf/cgroup_rmdir")
int BPF_PROG(on_cgroup_rmdir, struct cgroup *cgroup, const char *path)
{
    return cgroup__directory(EVENT_CGROUP_RMDIR, cgroup, path);
}

SEC("tp_btf/cgroup_attach_task")
int BPF_PROG(on_cgroup_attach_task, struct cgroup *cgroup, const char *path, struct task_struct *moved)
{
    struct task_struct *task = bpf_get_current_task_btf();
    struct scratch *s = emit__begin(EVENT_CGROUP_ATTACH_TASK, task);

    if (!s)
        return 0;
    s->cgroup_attach.cgroup_id = cgroup->kn->id;
    s->cgroup_attach.hierarchy_id = cgroup->root->hierarchy_id;
    s->cgroup_attach.pid = moved->pid;
    bpf_probe_read_kernel(s->cgroup_attach.comm, COMM_SIZE, moved->comm);

    emit__body(s, task, sizeof(s->cgroup_attach));
    emit__kernel_string(s, (__u64)path);
    return emit__end(s);
}
