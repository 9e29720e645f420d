/* SPDX-License-Identifier: Apache-2.0 */
/* rough: what a hostile program gives to system calls: addresses of nothing, lists without end, names that are no text. */
#include "facts.h"
#include <sched.h>

#define TEXTS 10000

int main(void)
{
    static char *many[TEXTS + 1], path[5000];
    void *nothing = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    must(nothing != MAP_FAILED, "mmap");
    /* Whatever becomes of the host name below, it is not the host's. */
    must(unshare(CLONE_NEWUTS) == 0, "unshare");
    for (int n = 0; n < TEXTS; n++)
        many[n] = "an-argument-of-many";
    memset(path, 'x', sizeof(path) - 1);

    /* An address that faults, in each kind of place. */
    say("fault", syscall(SYS_mkdir, nothing, 0700));
    say("fault", syscall(SYS_execve, "tm-rough-fault", nothing, (void *)1));
    say("fault", syscall(SYS_connect, -1, nothing, 16));
    say("fault", syscall(SYS_nanosleep, nothing, NULL));
    /* Nothing where something is due. */
    say("null", syscall(SYS_rmdir, NULL));
    say("many", syscall(SYS_execve, "tm-rough-many", many, NULL));
    say("long", syscall(SYS_unlink, path));
    path[4095] = 0;
    say("longest", syscall(SYS_chdir, path));
    say("foreign", syscall(SYS_chroot, "tm-\xff\xc3(\x80"));
    say("huge", syscall(SYS_setdomainname, "0123456789", -1L));
    return 0;
}
