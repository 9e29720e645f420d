/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Everything the programs share with each other and with the collector. */
#pragma once

#include "kernel.h"
#include <bpf/bpf_helpers.h>
#include "records.h"

#define OWN_PROCESSES_MAX   1024
#define JOURNAL_PAGES       1024
#define JOURNAL_PAGE        4096

#define NAME_MAX 255

/* A walk from a file up to the root of its mount namespace, leaf first; see path.h. */
struct path_walk {
    __u64 dentry;
    __u64 mount;
    __u32 begin; /* the path so far is bytes[begin .. PATH_PART_MAX] */
    __u32 cut;   /* the root was not reached */
    __u64 first; /* eight bytes of the first name, and of the second, see path__first_names() */
    __u64 second;
    char bytes[PATH_PART_MAX + NAME_MAX + 1];
};

/* Who last sent to or from port 53 through a socket: the head of a record in that task's name. */
struct socket_user {
    struct record_head head;
    __u64 node_name_size; /* with its NUL; 0 in the init uts namespace */
    char node_name[NAME_PART_MAX + 8];
};

#define SOCKET_ADDRESS_MAX 112 /* a family and the longest path of a unix socket, rounded up */

struct socket_address {
    __u64 length;
    char bytes[SOCKET_ADDRESS_MAX];
};

/* A TCP connection: whose it is, and between which addresses. */
struct flow {
    struct socket_user user;
    struct socket_address local;
    struct socket_address remote;
    __u64 direction; /* enum flow_direction */
    __u64 begun;
};

#define CREDENTIAL_NUMBERS 15
#define NAMESPACE_NUMBERS  6

struct task_before {
    __u64 credentials[CREDENTIAL_NUMBERS];
    __u64 namespaces[NAMESPACE_NUMBERS];
    __u32 alert; /* enum protection_alert */
    __u32 protection;
};

struct opened_file {
    __u64 inode;
    __u64 ctime;
};

/* A system call that somebody wants. */
struct call {
    __u64 argument[CALL_REGISTERS]; /* in the event's order */
    __u64 registers[8];             /* in the call's order; only the first CALL_REGISTERS are used */
    __s64 result;
    __u32 number;
    __u32 compat;
    struct call_entry entry;
};

/* One record in the making. */
struct scratch {
    __u64 taken;
    struct call call;
    __u64 values[VALUES]; /* what a filter looks at, see enum term_value */
    struct filter_path key;
    __u64 size; /* of the record so far */
    __u64 tail; /* where the parts of an event read from kernel objects begin */
    struct path_walk walk;
    struct socket_user user;
    struct flow flow;
    struct socket_address address;
    __u64 auxiliary_vector[56];
    union {
        struct {
            struct record_head head;
            union {
                struct fork_body fork;
                struct exec_body exec;
                struct exit_body exit;
                struct cgroup_body cgroup;
                struct cgroup_attach_body cgroup_attach;
                struct system_call_body system_call;
                struct file_open_body file_open;
                struct rename_body rename;
                struct snapshot_process_body snapshot_process;
                struct net_packet_dns_body net_packet_dns;
                struct dns_message_body dns_message;
                struct snapshot_end_body snapshot_end;
                __u64 number[ARGUMENT_NUMBERS_MAX];
            };
        };
        char bytes[RECORD_MAX];
    };
};

struct comm {
    char text[COMM_SIZE];
};

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 32 * 1024 * 1024); /* the collector sets it before the load */
} ring SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, MAX_CPUS);
    __type(key, __u32);
    __type(value, struct cpu_account);
} accounts SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct control);
} control SEC(".maps");

/* Drops of this cpu by event. */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, EVENT_ID_LIMIT);
    __type(key, __u32);
    __type(value, __u64);
} event_drops SEC(".maps");

/* Processes (tgid) of the mesh itself. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, OWN_PROCESSES_MAX);
    __type(key, __u32);
    __type(value, __u8);
} own_processes SEC(".maps");

/* The name a thread had before the exec it is in the middle of, by tid. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, EXECS_REMEMBERED);
    __type(key, __u32);
    __type(value, struct comm);
} previous_comms SEC(".maps");

/* By socket cookie. A socket that falls out is nobody's until it sends again. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, SOCKETS_REMEMBERED);
    __type(key, __u64);
    __type(value, struct socket_user);
} dns_sockets SEC(".maps");

/*
 * Programs for the return, and for the beginning, of each system call, reached from the one program every call passes
 * (include/object.h; CALLS). The collector fills the places of the calls whose events are wanted.
 */
struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, CALLS);
    __type(key, __u32);
    __type(value, __u32);
} returning_calls SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, CALLS);
    __type(key, __u32);
    __type(value, __u32);
} beginning_calls SEC(".maps");

/* What the current task was like when the call it is in began, by tid. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, CALLS_REMEMBERED);
    __type(key, __u32);
    __type(value, struct task_before);
} tasks_before SEC(".maps");

/* Files opened for writing and not written yet, by their address. One that falls out is not told when it is written. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, FILES_REMEMBERED);
    __type(key, __u64);
    __type(value, struct opened_file);
} opened_files SEC(".maps");

/* TCP connections, by the address of their socket. One that falls out ends untold. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, FLOWS_REMEMBERED);
    __type(key, __u64);
    __type(value, struct flow);
} flows SEC(".maps");

/* An array, not a per-cpu array, whose values may not exceed 32 KiB. Indexed by cpu * SCRATCH_PER_CPU + n. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, MAX_CPUS *SCRATCH_PER_CPU); /* the collector sets it to the cpus there are */
    __type(key, __u32);
    __type(value, struct scratch);
} scratches SEC(".maps");

/* What is known of each system call, see CALLS. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, CALLS);
    __type(key, __u32);
    __type(value, struct call_entry);
} calls SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, FILTERS);
    __type(key, __u32);
    __type(value, struct event_filter);
} filters SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, FILTER_PATHS);
    __type(key, struct filter_path);
    __type(value, __u64);
} filter_paths SEC(".maps");

/*
 * The collector's own notes on a load, which no program reads: they live as long as the ring does, however the collector
 * ends (services/collector/Framing/Journal.cs).
 */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, JOURNAL_PAGES);
    __uint(key_size, sizeof(__u32));
    __uint(value_size, JOURNAL_PAGE);
} journal SEC(".maps");

const volatile struct load_options options SEC(".rodata.options") = {};
