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

/* Numbers of the events, as in the catalog (shared/TraceeMesh.Contracts/Events/EventCatalog.cs). Those below
 * EVENT_SCHED_PROCESS_FORK are system calls by name, see struct call_entry. */
enum event_id {
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
    DROP_SHED = 3,        /* the ring is fuller than this event's order allows */
    DROP_REASONS = 4,
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

/*
 * What the programs remember from one event to another. Where there is no room the one that was not looked at for the
 * longest time makes it; what it would have told is not told, and it is counted.
 */
#define EXECS_REMEMBERED   4096
#define SOCKETS_REMEMBERED 4096
#define CALLS_REMEMBERED   4096
#define FILES_REMEMBERED   16384
#define FLOWS_REMEMBERED   16384

enum remembered {
    REMEMBERED_EXECS = 0,   /* the name of a task before its exec */
    REMEMBERED_SOCKETS = 1, /* who asked the name server */
    REMEMBERED_CALLS = 2,   /* what a task was like when its call began */
    REMEMBERED_FILES = 3,   /* files opened for writing, not written yet */
    REMEMBERED_FLOWS = 4,   /* TCP connections */
    REMEMBERED_KINDS = 5,
};

/* Per cpu, memory-mapped by the collector. */
struct cpu_account {
    __u64 seq; /* records produced: in the ring, or dropped */
    __u64 dropped[DROP_REASONS];
    __u64 own_process;  /* not produced: the mesh's own processes */
    __u64 switched_off; /* not produced: reached its program with its event off */
    __u64 filtered_out; /* not produced: no consumer's filter lets it through */
    __s64 remembered[REMEMBERED_KINDS]; /* put in less taken out: all cpus together, less the room, made room */
    __u64 reserved[3];                  /* one cpu per two cache lines */
};

/* ---- System calls by name ---- */

/*
 * Where a system call stands in the table of calls: those of the 64-bit table by their number (x32's own ones,
 * from 512 on, among them), those of the 32-bit table behind them.
 */
#define CALLS_COMPAT  1024
#define CALLS         1536
#define CALL_REGISTERS 6

/* What is read of the memory an argument points at, into a part of the tail. */
enum argument_kind {
    ARGUMENT_PLAIN = 0,    /* nothing, and it has no part */
    ARGUMENT_TEXT = 1,     /* a text ended by a NUL */
    ARGUMENT_COUNTED = 2,  /* as many bytes as the next argument says */
    ARGUMENT_RESULT = 3,   /* as many bytes as the call returned, at most what the next argument says */
    ARGUMENT_TEXTS = 4,    /* an array of pointers to texts, up to a null pointer */
    ARGUMENT_TEXTS32 = 5,  /* the same of 32-bit pointers */
    ARGUMENT_PAIR = 6,     /* two ints, once the call succeeded */
    ARGUMENT_TIME = 7,     /* struct timespec */
    ARGUMENT_TIME32 = 8,   /* struct old_timespec32 */
    ARGUMENT_ADDRESS = 9,  /* a socket address, as long as the next argument says */
    ARGUMENT_PEER = 10,    /* the same, as long as what the next argument points at says, once the call succeeded */
};
#define TEXTS_MAX        256 /* texts of a list; one of more is cut */
#define ADDRESS_PART_MAX 128

/* Where an argument comes from: a register by its place in the call's order, and what is done to it. */
enum argument_source {
    SOURCE_REGISTER = 7 << 0,
    SOURCE_PAIR = 1 << 3,   /* the low half; the high half is in the next register */
    SOURCE_SIGNED = 1 << 4, /* 32 bits, extended by their sign */
    SOURCE_WIDTH = 3 << 5,  /* how much of it the event shows, and so a filter compares: enum argument_width */
};

/* Of the register, shifted into SOURCE_WIDTH. */
enum argument_width {
    WIDTH_WHOLE = 0,
    WIDTH_INT = 1,
    WIDTH_UINT = 2,
    WIDTH_USHORT = 3,
};
#define WIDTH_SHIFT 5

enum call_flags {
    CALL_INDIRECT = 1 << 0,       /* the first register points at an array of 32-bit words, which are the arguments */
    CALL_ZERO_ELSEWHERE = 1 << 1, /* a result of 0 is the return of a new task, or an exec, which another program tells */
};

/* What the collector tells of each call. */
struct call_entry {
    __u16 event;
    __u8 arguments;
    __u8 flags;                     /* enum call_flags */
    __u8 kind[CALL_REGISTERS];      /* enum argument_kind */
    __u8 source[CALL_REGISTERS];    /* enum argument_source */
};

/* tail: a part for each argument whose kind is not plain, in order; an argument that is a null pointer has an
 * empty one, one that could not be read an empty one that is marked as cut */
struct system_call_body {
    __u64 argument[CALL_REGISTERS];
};

/* For which of its events a call is wanted. */
enum call_wish {
    WISH_NAMED = 1 << 0,    /* the event of its name, when it returns */
    WISH_ENTERED = 1 << 1,  /* the same for a call that does not return to its caller, when it begins */
    WISH_RESOLVED = 1 << 2, /* an event read from what the call did: security_file_open, security_inode_rename */
};

/* ---- Filters ---- */

/*
 * Which of an event's occurrences some consumer may want: any of its alternatives, of which each is all of its
 * terms. What passes is looked at again by the consumers, so a filter may let through too much and never too little.
 */
#define FILTERS              64
#define FILTER_ALTERNATIVES  24
#define FILTER_TERMS         4
#define FILTER_PATH_MAX      256 /* bytes of a path or its beginning that are compared, with its NUL */
#define FILTER_PATHS         1024
#define FILTER_ROOTS         16 /* first names of those paths that one filter compares before it looks at whole paths */

enum term_kind {
    TERM_BETWEEN = 1,  /* low <= value <= high, signed */
    TERM_ANY_FLAG = 2, /* some bit of low */
    TERM_ALL_FLAGS = 3,
    TERM_NO_FLAG = 4,
};

/* Values beside the event's own arguments, which count from 0. */
enum term_value {
    VALUE_UID = 12,
    VALUE_CGROUP = 13,
    VALUE_IN_CGROUP = 14, /* 1 in any cgroup but the root, as every container is */
    VALUE_RESULT = 15,
    VALUES = 16,
};

struct filter_term {
    __u8 kind;  /* enum term_kind */
    __u8 value; /* index of an argument, or enum term_value */
    __u8 reserved[6];
    __u64 low;
    __u64 high;
};

struct filter_alternative {
    __u64 paths; /* the path is in one of these sets; 0: any path */
    __u32 terms;
    __u32 reserved;
    struct filter_term term[FILTER_TERMS];
};

/* What some alternative looks at, and so is worth finding out. */
enum filter_wants {
    WANTS_PATH = 1 << 0,
    WANTS_CGROUP = 1 << 1,
    WANTS_ONLY_PATHS = 1 << 2, /* no alternative lets a path through that is in no set */
    WANTS_NUMBERS = 1 << 3,
};

/* The first eight bytes of a name, with the NUL at its end, as far as they count. */
struct filter_name {
    __u64 bytes;
    __u64 mask;
};

/* The first two names of a path. A path that begins otherwise is in none of the filter's sets. */
struct filter_root {
    struct filter_name first;
    struct filter_name second;
};

struct event_filter {
    __u32 alternatives;
    __u32 wants; /* enum filter_wants */
    __u32 roots; /* 0: any path may be in a set */
    __u32 reserved;
    struct filter_root root[FILTER_ROOTS];
    struct filter_alternative alternative[FILTER_ALTERNATIVES];
};

/* Beginnings of paths; one that ends with a NUL is a whole path. The value is a bit for each set it is in. */
struct filter_path {
    __u32 bits;
    char path[FILTER_PATH_MAX];
};

/* What an event's switch says: off, on, or on where a filter lets it through (SWITCH_FILTER plus its number). */
enum event_switch {
    SWITCH_OFF = 0,
    SWITCH_ON = 1,
    SWITCH_FILTER = 2,
};

/* When an event goes, as the ring fills. */
enum shed_order {
    SHED_NEVER = 0, /* only for want of room */
    SHED_LATE = 1,
    SHED_EARLY = 2,
    SHED_ORDERS = 3,
};

/* What the collector tells the programs, memory-mapped and written by it alone. */
struct control {
    __u64 drained_at; /* when the collector last looked at the ring, ns since boot */
    __u64 shed_above[SHED_ORDERS]; /* bytes in the ring; that of SHED_NEVER is not looked at */
    __u32 want_env;   /* exec records carry the environment */
    __u32 reserved;
    __u8 shed_order[EVENT_ID_LIMIT]; /* enum shed_order */
    __u8 event_on[EVENT_ID_LIMIT]; /* enum event_switch */
    __u8 call_on[CALLS];           /* enum call_wish */
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
