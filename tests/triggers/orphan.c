/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Orphans: this process is the reaper of its descendants. Its child forks a reaper of its own that ends first,
 * then a child whose parent ends; each orphan says whose child it is now.
 */
#include "facts.h"
#include <sys/prctl.h>

/* Forks a child that forks an orphan and ends. The orphan says its parent as soon as it has a new one. */
static void orphan(const char *name)
{
    pid_t parent = fork();

    must(parent >= 0, "fork");
    if (parent == 0) {
        pid_t self = getpid();

        if (fork() == 0) {
            char fact[64];

            while (getppid() == self)
                usleep(1000);
            snprintf(fact, sizeof(fact), "%s.orphan", name);
            say(fact, getpid());
            snprintf(fact, sizeof(fact), "%s.reaper", name);
            say(fact, getppid());
            fflush(stdout);
            _exit(0);
        }
        _exit(0);
    }
    say(name, parent);
    fflush(stdout);
    must(waitpid(parent, NULL, 0) == parent, "waitpid");
}

int main(void)
{
    pid_t inner;

    say("pid", getpid());
    fflush(stdout);

    /* No reaper among the ancestors that this program knows of. */
    orphan("plain");

    must(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0, "prctl");
    orphan("near");

    /* The nearest reaper wins, and orphans of it go on to the next one when it ends. */
    inner = fork();
    if (inner == 0) {
        must(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0, "prctl");
        orphan("inner");
        must(wait(NULL) > 0, "wait");
        _exit(0);
    }
    say("inner.pid", inner);
    fflush(stdout);
    while (wait(NULL) > 0)
        ;
    return 0;
}
