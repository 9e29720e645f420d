/* SPDX-License-Identifier: Apache-2.0 */
/* Forks a child that exits with 7, one that is killed, and runs a thread. */
#include "facts.h"
#include <pthread.h>
#include <signal.h>

static void *thread(void *unused)
{
    say("thread", syscall(SYS_gettid));
    return unused;
}

int main(void)
{
    pthread_t other;
    pid_t child;

    say("pid", getpid());
    fflush(stdout);

    child = fork();
    if (child == 0)
        _exit(7);
    say("exits", child);
    must(waitpid(child, NULL, 0) == child, "waitpid");

    child = fork();
    if (child == 0) {
        for (;;)
            pause();
    }
    say("killed", child);
    must(kill(child, SIGKILL) == 0, "kill");
    must(waitpid(child, NULL, 0) == child, "waitpid");

    must(pthread_create(&other, NULL, thread, NULL) == 0, "pthread_create");
    must(pthread_join(other, NULL) == 0, "pthread_join");
    return 0;
}
