/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * What the kernel side writes into the ring and the collector forwards unread.
 * The C# twins are in shared/TraceeMesh.Contracts/Records; a test compares
 * size and offset of every struct here, read from the object's BTF, with them.
 *
 * A record is   head | body of the event | tail
 * The tail is the event's strings in the order named beside its body, each as
 * a 16-bit length (little-endian) followed by that many bytes, no NUL. A list
 * of strings (argv, env) is one part: the strings, each ended by a NUL. A part
 * that could not be read is empty and marked as cut.
 * Everything is little-endian; every struct is padded explicitly to 8 bytes.
 */
#pragma once

#define RECORD_FORMAT 1

/* The maximum of each part of a tail, in bytes. A part cut to its maximum sets
 * its bit in record_head.truncated (bit n: the n-th part). A cut path lacks its
 * beginning, everything else its end. */
#define PATH_PART_MAX 4096
#define ARGV_PART_MAX 16384
#define ENV_PART_MAX  16384
#define NAME_PART_MAX 64
#define DNS_PART_MAX  4096
#define COMM_SIZE     16

/* head + body + tail never exceeds this; the collector refuses what claims to. */
#define RECORD_MAX 61440

#define MAX_CPUS 256

/*
 * A tracepoint program is not preempted on most kernels, but an iterator is, and
 * from Linux 6.19 all are. So a cpu can have several records in the making, and
 * a program takes the first place that is free.
 */
#define SCRATCH_PER_CPU 4

/* record_head.cpu of records the collector writes itself (the snapshot of cgroups). */
#define CPU_COLLECTOR 0xffff

/* Numbers of the events, as in the catalog (shared/TraceeMesh.Contracts/Events/EventCatalog.cs). */
enum event_id {
    EVENT_PTRACE = 101,
    EVENT_SCHED_PROCESS_FORK = 702,
    EVENT_SCHED_PROCESS_EXEC = 703,
    EVENT_SCHED_PROCESS_EXIT = 704,
    EVENT_CGROUP_ATTACH_TASK = 714,
    EVENT_CGROUP_MKDIR = 715,
    EVENT_CGROUP_RMDIR = 716,
    EVENT_SECURITY_FILE_OPEN = 718,
    EVENT_SECURITY_INODE_RENAME = 776,
    EVENT_NET_PACKET_DNS = 819,

    /* Read from kernel objects; their records are described at ARGUMENT_NUMBERS_MAX. */
    EVENT_MEM_PROT_ALERT = 710,
    EVENT_COMMIT_CREDS = 711,
    EVENT_SWITCH_TASK_NS = 712,
    EVENT_MAGIC_WRITE = 713,
    EVENT_SECURITY_INODE_UNLINK = 719,
    EVENT_SECURITY_SOCKET_LISTEN = 721,
    EVENT_SECURITY_SOCKET_CONNECT = 722,
    EVENT_NET_TCP_CONNECT = 723,
    EVENT_SECURITY_SOCKET_ACCEPT = 724,
    EVENT_SECURITY_SOCKET_BIND = 725,
    EVENT_SECURITY_SB_MOUNT = 727,
    EVENT_SECURITY_BPF = 729,
    EVENT_SOCKET_DUP = 740,
    EVENT_SHARED_OBJECT_LOADED = 758,
    EVENT_MODULE_LOAD = 768,
    EVENT_TASK_RENAME = 775,
    EVENT_FILE_MODIFICATION = 785,
    EVENT_PROCESS_EXECUTE_FAILED = 790,
    EVENT_SET_FS_PWD = 793,
    EVENT_NET_PACKET_DNS_REQUEST = 820,
    EVENT_NET_PACKET_DNS_RESPONSE = 821,
    EVENT_NET_FLOW_TCP_BEGIN = 829,
    EVENT_NET_FLOW_TCP_END = 830,
    EVENT_IO_URING_SUBMIT_REQ = 900,
    /* What existed before the programs were attached; never selected, feeds the stores. */
    EVENT_SNAPSHOT_PROCESS = 1000,
    EVENT_SNAPSHOT_CGROUP = 1001,
    EVENT_SNAPSHOT_END = 1002,
    EVENT_SNAPSHOT_THREAD = 1003,
};
#define EVENT_ID_LIMIT 1024

/* Why a record that the kernel side produced is not in the ring. */
enum drop_reason {
    DROP_RING_FULL = 0,   /* reserve or output failed */
    DROP_NOT_DRAINED = 1, /* nobody drained the ring for DRAIN_TIMEOUT_NS */
    DROP_NO_SCRATCH = 2,  /* every scratch record of the cpu belongs to a preempted program */
    DROP_REASONS = 3,
};
#define DRAIN_TIMEOUT_NS 60000000000ULL

enum record_flags {
    RECORD_COMPAT = 1 << 0,            /* a 32-bit system call */
    RECORD_CONTAINER_STARTED = 1 << 1, /* context flag containerStarted */
    /* The task is outside the init uts namespace: the tail's first part is its node name. */
    RECORD_UTS_PRIVATE = 1 << 2,
};

struct record_head {
    __u32 size;              /* of the whole record */
    __u16 event;             /* enum event_id */
    __u16 cpu;               /* that wrote it; with seq its identity within a load */
    __u64 seq;               /* per cpu, taken before the reserve, so a failed reserve leaves a hole */
    __u64 dropped;           /* records this cpu failed to put into the ring so far, all reasons */
    __u64 time;              /* ns since boot (CLOCK_BOOTTIME) */
    __u64 start_time;        /* of the thread, ns since boot, as all start times */
    __u64 leader_start_time; /* of its process */
    __u64 parent_start_time; /* of the process of its real parent */
    __u64 cgroup_id;         /* cgroup2 id, or on a hybrid host, when that is the root, the v1 hierarchy's */
    __s64 return_value;
    __u32 cgroup_hierarchy; /* of cgroup_id: 0 is cgroup2 */
    __u32 host_tid;
    __u32 host_pid;
    __u32 host_ppid;
    __u32 ns_tid;
    __u32 ns_pid;
    __u32 ns_ppid;
    __u32 uid;
    __u32 gid;
    __u32 mount_namespace;
    __u32 pid_namespace;
    __s32 syscall;   /* number in the task's own table (see RECORD_COMPAT), -1 outside one */
    __u16 flags;     /* enum record_flags */
    __u16 truncated; /* bit n: the n-th part of the tail was cut */
    __u16 parts;     /* how many parts the tail has */
    __u16 reserved;
    char comm[COMM_SIZE];
};

struct task_ids {
    __u32 tid;
    __u32 ns_tid;
    __u32 pid;
    __u32 ns_pid;
    __u64 start_time;
};

/* tail: none */
struct fork_body {
    struct task_ids parent; /* the thread that called clone, or its real parent with CLONE_PARENT */
    struct task_ids child;
    struct task_ids parent_process; /* the process of the leader's real parent */
    struct task_ids leader;         /* the child's thread-group leader */
};

/* tail: cmdpath, pathname, interpreter_pathname, interp, stdin_path, pwd, argv, env
 * (env is empty unless a consumer wants it) */
struct exec_body {
    __u64 inode;
    __u64 ctime; /* epoch ns, as all ctimes */
    __u64 interpreter_inode;
    __u64 interpreter_ctime;
    __u32 dev;
    __u32 interpreter_dev;
    __u16 inode_mode;
    __u16 stdin_type;
    __u8 invoked_from_kernel;
    __u8 has_env; /* env was wanted, so an empty one is really empty */
    __u8 reserved[2];
    __u32 old_tid; /* the thread's until now, on the host: one that is not the first takes over the first one's */
    __u32 reserved2;
    char prev_comm[COMM_SIZE];
};

/* tail: none */
struct exit_body {
    __s32 exit_code;
    __s32 signal_code;
    __u8 process_group_exit; /* the last thread of the process */
    __u8 reserved[3];
    /* Whose its children are from now on: a process; 0 when threads of its own are left, and when its namespace ends. */
    __u32 reaper_pid;
    __u64 reaper_start_time;
};

/* cgroup_mkdir, cgroup_rmdir, snapshot_cgroup; tail: cgroup_path */
struct cgroup_body {
    __u64 cgroup_id;
    __u64 ctime; /* of the directory where known (snapshot), else 0: the event's own time */
    __u32 hierarchy_id;
    __u32 reserved;
};

/* tail: cgroup_path */
struct cgroup_attach_body {
    __u64 cgroup_id;
    __u32 hierarchy_id;
    __u32 pid; /* host tid of the task that moves */
    char comm[COMM_SIZE];
};

/* tail: none */
struct ptrace_body {
    __s64 request;
    __s64 pid;
    __u64 addr;
    __u64 data;
};

/* tail: pathname (from the file table), syscall_pathname (as the caller wrote it) */
struct file_open_body {
    __u64 inode;
    __u64 ctime;
    __u32 dev;
    __s32 flags; /* f_flags of the opened file */
};

/* tail: old_directory, old_name, new_directory, new_name: the directory the name is
 * relative to (empty where the name is absolute), and the name as the caller wrote it */
struct rename_body {
    __u32 flags; /* of renameat2 */
    __u32 reserved;
};

/* As the socket on this host sees it. */
enum packet_direction {
    PACKET_INGRESS = 1,
    PACKET_EGRESS = 2,
};

/* A packet with payload from or to port 53; the head is of the task that last sent through its socket, all
 * zero but time where that is not known. tail: payload */
struct net_packet_dns_body {
    __u8 source[16];      /* an IPv4 address in the first four bytes */
    __u8 destination[16]; /* likewise */
    __u64 socket;         /* cookie: with the direction it names a flow within a boot */
    __u32 sequence;       /* TCP: number of the payload's first byte */
    __u32 payload_size;   /* before it was cut */
    __u16 source_port;
    __u16 destination_port;
    __u8 ip_version; /* 4 or 6 */
    __u8 protocol;   /* 6 TCP, 17 UDP */
    __u8 direction;  /* enum packet_direction */
    __u8 reserved;
};

/* net_packet_dns_request (to port 53), net_packet_dns_response (from it), beside the net_packet_dns of the same packet.
 * tail: payload */
struct dns_message_body {
    struct net_packet_dns_body packet;
    __u32 packet_size; /* with its headers */
    __u32 reserved;
};

/*
 * One per live process, head as if its first thread acted now; of a process whose first thread has ended,
 * one per thread that is left. A snapshot_thread, for the other threads, is a head alone. tail: pathname, argv
 */
struct snapshot_process_body {
    __u64 inode;
    __u64 ctime;
    __u32 dev;
    __u16 inode_mode;
    __u16 reserved;
};

/* tail: none */
struct snapshot_end_body {
    __u32 shown; /* records of processes and threads the snapshot has, dropped ones included */
    __u32 reserved;
};

/*
 * The record of an event read from kernel objects. Its body are the event's numbers, 64 bits each, its tail the other
 * arguments, both in the catalog's order. A socket address is a struct sockaddr, no longer than what is known of it.
 * What differs:
 *   security_inode_unlink, security_sb_mount   in place of the path: the directory it is relative to (empty where it is
 *                                              absolute), and the path as the caller wrote it; no other numbers of unlink
 *   net_tcp_connect                            tail: the address connected to
 *   net_flow_tcp_begin, net_flow_tcp_end       body: enum flow_direction; tail: the address of this host, the other one
 *   process_execute_failed                     body: dirfd, flags, stdin_type, kernel_invoked; tail: pathname, stdin_path,
 *                                              argv, envp
 */
#define ARGUMENT_NUMBERS_MAX 32

/* Who began a connection. */
enum flow_direction {
    FLOW_INCOMING = 1,
    FLOW_OUTGOING = 2,
};

/* mem_prot_alert: what is alarming. */
enum protection_alert {
    ALERT_MAPPED_WRITABLE_EXECUTABLE = 1,
    ALERT_BECAME_EXECUTABLE = 2,
    ALERT_EXECUTABLE_BECAME_WRITABLE = 3,
    ALERT_WRITABLE_BECAME_EXECUTABLE = 4,
};

/* mem_prot_alert: the protection until now could not be read, another thread was changing the memory's layout. */
#define PROTECTION_UNKNOWN 0xffffffff

/* magic_write carries this much of a file's beginning. */
#define MAGIC_PART_MAX 32

/* Per cpu, memory-mapped by the collector. */
struct cpu_account {
    __u64 seq; /* records produced: in the ring, or dropped */
    __u64 dropped[DROP_REASONS];
    __u64 own_process;  /* not produced: the mesh's own processes */
    __u64 switched_off; /* not produced: reached its program with its event off */
    __u64 reserved[10]; /* one cpu per two cache lines */
};

/* What the collector tells the programs, memory-mapped and written by it alone. */
struct control {
    __u64 drained_at; /* when the collector last looked at the ring, ns since boot */
    __u32 want_env;   /* exec records carry the environment */
    __u32 reserved;
    __u8 event_on[EVENT_ID_LIMIT];
};

/* Which v1 hierarchy names the cgroup of a task that is in cgroup2's root. */
enum fallback_hierarchy {
    FALLBACK_NONE = 0,
    FALLBACK_MEMORY = 1,
    FALLBACK_PIDS = 2,
};

/* What the collector chooses before the programs are loaded. */
struct load_options {
    __u32 fallback_hierarchy; /* enum fallback_hierarchy */
    __u32 reserved;
};
