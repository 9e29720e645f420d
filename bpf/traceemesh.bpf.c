// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/* All programs as one object. */
/* First what some kernels refuse: each refusal begins the load anew. */
#include "programs/module.bpf.c"
#include "programs/process.bpf.c"
#include "programs/cgroup.bpf.c"
#include "programs/syscall.bpf.c"
#include "programs/dns.bpf.c"
#include "programs/file.bpf.c"
#include "programs/socket.bpf.c"
#include "programs/flow.bpf.c"
#include "programs/memory.bpf.c"
#include "programs/task.bpf.c"
#include "programs/uring.bpf.c"
#include "programs/snapshot.bpf.c"

/* The helpers used here are for programs under the GPL, so the kernel gets that half of the licence. */
char LICENSE[] SEC("license") = "GPL";
