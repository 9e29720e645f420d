/* SPDX-License-Identifier: Apache-2.0 */
/* threads [gone]: has two named threads beside its first, which with "gone" ends. Ends when told. */
#include "facts.h"
#include <pthread.h>
#include <sys/prctl.h>

static pthread_barrier_t ready;
static pthread_t leader;
static int leader_goes;

static void *named(void *name)
{
    must(prctl(PR_SET_NAME, name) == 0, "prctl");
    say(name, syscall(SYS_gettid));
    pthread_barrier_wait(&ready);
    if (strcmp(name, "second") != 0)
        for (;;)
            pause();
    if (leader_goes)
        must(pthread_join(leader, NULL) == 0, "pthread_join");
    say("ready", 1);
    fflush(stdout);
    wait_for_line();
    exit(0);
}

int main(int argc, char **argv)
{
    pthread_t thread;

    (void)argv;
    leader = pthread_self();
    leader_goes = argc > 1;
    say("pid", getpid());
    must(pthread_barrier_init(&ready, NULL, 3) == 0, "pthread_barrier_init");
    must(pthread_create(&thread, NULL, named, "first") == 0, "pthread_create");
    must(pthread_create(&thread, NULL, named, "second") == 0, "pthread_create");
    pthread_barrier_wait(&ready);
    if (leader_goes)
        pthread_exit(NULL);
    for (;;)
        pause();
}
