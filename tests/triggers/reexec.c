/* SPDX-License-Identifier: Apache-2.0 */
/* A thread that is not its process's first executes this program again, while another thread is there, too. */
#include "facts.h"
#include <pthread.h>

static char *self;
static pthread_barrier_t there;

static void *sleeper(void *unused)
{
    say("bystander", syscall(SYS_gettid));
    pthread_barrier_wait(&there);
    for (;;)
        pause();
    return unused;
}

static void *executes(void *unused)
{
    say("executes", syscall(SYS_gettid));
    fflush(stdout);
    execl(self, self, "again", NULL);
    must(0, "execl");
    return unused;
}

int main(int argc, char **argv)
{
    pthread_t thread;

    self = argv[0];
    if (argc > 1) {
        say("after.tid", syscall(SYS_gettid));
        say("after.pid", getpid());
        fflush(stdout);
        wait_for_line();
        return 0;
    }
    say("pid", getpid());
    must(pthread_barrier_init(&there, NULL, 2) == 0, "pthread_barrier_init");
    must(pthread_create(&thread, NULL, sleeper, NULL) == 0, "pthread_create");
    pthread_barrier_wait(&there);
    must(pthread_create(&thread, NULL, executes, NULL) == 0, "pthread_create");
    for (;;)
        pause();
}
