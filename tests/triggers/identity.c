/* SPDX-License-Identifier: Apache-2.0 */
/* identity: changes name, namespaces and credentials, fails to execute, calls bpf(2), and says what it was and is. */
#define _GNU_SOURCE
#include "facts.h"
#include <linux/bpf.h>
#include <sched.h>
#include <sys/prctl.h>

static void say_namespace(const char *fact, const char *kind)
{
    char path[64];
    struct stat st;

    snprintf(path, sizeof(path), "/proc/self/ns/%s", kind);
    must(stat(path, &st) == 0, path);
    say(fact, st.st_ino);
}

static void say_status(const char *fact, const char *field)
{
    size_t length = strlen(field);
    char line[256];
    FILE *status = fopen("/proc/self/status", "r");

    must(status != NULL, "/proc/self/status");
    while (fgets(line, sizeof(line), status))
        if (strncmp(line, field, length) == 0 && line[length] == ':')
            say(fact, strtoull(line + length + 1, NULL, 16));
    fclose(status);
}

int main(void)
{
    char *arguments[] = {"nobody", "at", "home", NULL}, *environment[] = {"WHO=cares", NULL};
    union bpf_attr attribute = {};

    must(prctl(PR_SET_NAME, "renamed") == 0, "prctl");
    say_namespace("uts.before", "uts");
    must(unshare(CLONE_NEWUTS | CLONE_NEWIPC) == 0, "unshare");
    say_namespace("uts", "uts");
    say_namespace("ipc", "ipc");
    must(unshare(CLONE_FILES) == 0, "unshare of no namespace");

    execve("/nowhere/to/be/found", arguments, environment);
    syscall(SYS_execveat, 777, "relative", arguments, environment, AT_SYMLINK_NOFOLLOW);
    syscall(SYS_execve, (char *)8, (char **)16, NULL);

    attribute.map_type = 9999;
    must(syscall(SYS_bpf, BPF_MAP_CREATE, &attribute, sizeof(attribute)) < 0, "bpf");

    say_status("capabilities.before", "CapEff");
    say_namespace("user", "user");
    must(setresgid(1234, 1235, 1236) == 0, "setresgid");
    must(setresuid(4321, 4322, 4323) == 0, "setresuid");
    say_status("capabilities", "CapEff");
    say_status("bounding", "CapBnd");
    /* As it is: nothing changes. */
    must(setresuid(-1, -1, -1) == 0, "setresuid of nothing");
    return 0;
}
