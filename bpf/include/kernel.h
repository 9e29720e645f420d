/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * The few kernel types the programs look at, each with only the fields they
 * read. preserve_access_index makes every access a CO-RE relocation, so neither
 * the order nor the offsets here mean anything; names and types do. A suffix
 * after three underscores is a flavour: the same type as another kernel has it.
 */
#pragma once

#include <linux/bpf.h>
#include <stdbool.h>

#define PF_KTHREAD     0x00200000
#define TS_COMPAT      0x0002
#define TIF_ADDR32_BIT 29
#define UTS_INIT_INUM  0xEFFFFFFEU

#define S_IFMT   0170000
#define S_IFSOCK 0140000
#define S_IFREG  0100000
#define O_CREAT  00000100
#define O_EXCL   00000200
#define O_WRONLY 00000001
#define O_NOCTTY 00000400
#define O_TRUNC  00001000
#define O_APPEND 00002000
#define O_PATH   010000000
#define AT_FDCWD -100

#define AT_REMOVEDIR 0x200

#define F_DUPFD         0
#define F_DUPFD_CLOEXEC 1030

#define EBADF       9
#define ENOTSOCK    88
#define EINPROGRESS 115

#define AF_UNIX  1
#define AF_INET  2
#define AF_INET6 10

#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17

#define MAP_ANONYMOUS 0x20
#define PROT_WRITE    0x2
#define PROT_EXEC     0x4
#define PROT_ALL      0x7

/* States of a TCP socket. */
#define TCP_ESTABLISHED 1
#define TCP_SYN_SENT    2
#define TCP_CLOSE       7

#define AT_NULL  0
#define AT_BASE  7

/* Bits of a 64-bit pid number structure: nesting is at most 32 levels deep. */
#define PID_LEVEL_MASK   63
#define NAME_LENGTH_MASK 255

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
    int counter;
} atomic_t;

typedef struct {
    __u32 val;
} kuid_t;

typedef struct {
    __u32 val;
} kgid_t;

struct pt_regs {
    unsigned long bx, cx, dx, si, di, bp, r8, r9, r10, orig_ax;
};

struct ns_common {
    unsigned int inum;
};

struct new_utsname {
    char nodename[65];
};

struct uts_namespace {
    struct new_utsname name;
    struct ns_common ns;
};

struct mnt_namespace {
    struct ns_common ns;
};

struct ipc_namespace {
    struct ns_common ns;
};

struct cgroup_namespace {
    struct ns_common ns;
};

struct user_namespace {
    struct ns_common ns;
};

struct net {
    struct ns_common ns;
};

struct task_struct;

struct pid_namespace {
    unsigned int level;
    struct task_struct *child_reaper;
    struct ns_common ns;
};

struct nsproxy {
    struct uts_namespace *uts_ns;
    struct mnt_namespace *mnt_ns;
    struct pid_namespace *pid_ns_for_children;
    struct ipc_namespace *ipc_ns;
    struct net *net_ns;
    struct cgroup_namespace *cgroup_ns;
};

struct upid {
    int nr;
    struct pid_namespace *ns;
};

struct pid {
    unsigned int level;
    struct upid numbers[1];
};

struct qstr {
    __u32 len;
    const unsigned char *name;
};

struct super_block {
    __u32 s_dev;
};

struct inode {
    unsigned short i_mode;
    struct super_block *i_sb;
    unsigned long i_ino;
    __s64 i_size;
};

/* Linux 6.11 and later: bit 31 of the nanoseconds is a flag of the multigrain clock. */
struct inode___split_ctime {
    __s64 i_ctime_sec;
    __u32 i_ctime_nsec;
};

struct timespec64 {
    __s64 tv_sec;
    long tv_nsec;
};

/* Linux 6.6 to 6.10. */
struct inode___hidden_ctime {
    struct timespec64 __i_ctime;
};

/* Before Linux 6.6. */
struct inode___plain_ctime {
    struct timespec64 i_ctime;
};

struct dentry {
    struct dentry *d_parent;
    struct qstr d_name;
};

struct vfsmount {
    struct dentry *mnt_root;
};

struct mount {
    struct mount *mnt_parent;
    struct dentry *mnt_mountpoint;
    struct vfsmount mnt;
};

struct path {
    struct vfsmount *mnt;
    struct dentry *dentry;
};

struct file {
    struct inode *f_inode;
    unsigned int f_flags;
    struct path f_path;
    __s64 f_pos;
    void *private_data;
};

struct fdtable {
    unsigned int max_fds;
    struct file **fd;
};

struct files_struct {
    struct fdtable *fdt;
};

struct fs_struct {
    struct path pwd;
};

struct vm_area_struct {
    unsigned long vm_end;
    unsigned long vm_flags;
    struct file *vm_file;
};

struct mm_struct {
    unsigned long arg_start, arg_end, env_start, env_end;
    unsigned long saved_auxv[2];
    struct file *exe_file;
};

struct kernfs_node {
    __u64 id;
};

struct cgroup_root;

struct cgroup {
    int level;
    struct kernfs_node *kn;
    struct cgroup_root *root;
};

struct cgroup_root {
    int hierarchy_id;
};

struct cgroup_subsys_state {
    struct cgroup *cgroup;
};

struct css_set {
    struct cgroup_subsys_state *subsys[1];
    struct cgroup *dfl_cgrp;
};

/* 64 bits, which older kernels name otherwise. */
typedef struct {
    __u64 val;
} kernel_cap_t;

struct cred {
    kuid_t uid;
    kgid_t gid;
    kuid_t suid;
    kgid_t sgid;
    kuid_t euid;
    kgid_t egid;
    kuid_t fsuid;
    kgid_t fsgid;
    unsigned int securebits;
    kernel_cap_t cap_inheritable, cap_permitted, cap_effective, cap_bset, cap_ambient;
    struct user_namespace *user_ns;
};

struct signal_struct {
    atomic_t live;
    unsigned is_child_subreaper : 1;
    unsigned has_child_subreaper : 1;
};

struct thread_info {
    unsigned long flags;
    __u32 status;
};

struct task_struct {
    struct thread_info thread_info;
    unsigned int flags;
    unsigned in_execve : 1;
    struct mm_struct *mm;
    int exit_state;
    int exit_code;
    int pid;
    int tgid;
    struct task_struct *real_parent;
    struct task_struct *group_leader;
    struct pid *thread_pid;
    __u64 start_boottime;
    const struct cred *cred;
    char comm[16];
    struct fs_struct *fs;
    struct files_struct *files;
    struct nsproxy *nsproxy;
    struct signal_struct *signal;
    struct css_set *cgroups;
};

struct linux_binprm {
    struct file *file;
    const char *filename;
    const char *interp;
};

struct in6_addr {
    char in6_u;
};

struct sock_common {
    __u32 skc_daddr;
    __u32 skc_rcv_saddr;
    __u16 skc_dport; /* as in a packet */
    __u16 skc_num;   /* as the host counts */
    unsigned short skc_family;
    int skc_bound_dev_if;
    struct in6_addr skc_v6_daddr;
    struct in6_addr skc_v6_rcv_saddr;
};

struct sock {
    struct sock_common __sk_common;
    __u16 sk_protocol;
};

struct socket {
    short type;
    struct sock *sk;
};

struct sockaddr_un {
    unsigned short sun_family;
};

struct unix_address {
    int len;
    struct sockaddr_un name[1];
};

struct unix_sock {
    struct unix_address *addr;
    struct sock *peer;
};

struct filename {
    const char *name;
};

struct io_cqe {
    int fd;
};

struct io_cmd_data {
    struct file *file;
};

struct io_kiocb {
    struct io_cmd_data cmd; /* begins with the file, then what the operation needs: io_open and the like */
    __u8 opcode;
    struct io_cqe cqe;
    void *async_data;
};

struct io_open {
    int dfd;
    struct filename *filename;
};

struct io_unlink {
    int dfd;
    struct filename *filename;
};

struct io_rename {
    int old_dfd;
    struct filename *oldpath;
};

struct io_connect {
    int addr_len;
};

struct __kernel_sockaddr_storage {
    unsigned short ss_family;
};

struct io_async_msghdr {
    struct __kernel_sockaddr_storage addr;
};

struct module {
    char name[56];
    const char *version;
    const char *srcversion;
};

struct bpf_iter_meta {
    __u64 seq_num;
};

struct bpf_iter__task {
    struct bpf_iter_meta *meta;
    struct task_struct *task;
};

#pragma clang attribute pop

/* The values are relocated: each kernel numbers its cgroup controllers anew. */
enum cgroup_subsys_id {
    memory_cgrp_id = 1,
    pids_cgrp_id = 2,
};
