/* SPDX-License-Identifier: Apache-2.0 */
/* Starts a program so many times a second for so many seconds: exec_rate RATE SECONDS PROGRAM [LD_PRELOAD]; or until SIGTERM. Tells what it cost. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

static double cpu_seconds(int who)
{
    struct rusage usage;
    getrusage(who, &usage);
    return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static volatile sig_atomic_t ended;

static void end(int signal)
{
    (void)signal;
    ended = 1;
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 2;
    long rate = atol(argv[1]), total = rate * atol(argv[2]);
    char *const arguments[] = {argv[3], NULL};
    char *const with_preload[] = {"LD_PRELOAD=", NULL};
    char *const nothing[] = {NULL};
    struct timespec start;
    long i;
    signal(SIGTERM, end);
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (i = 0; i < total && !ended; i++) {
        long long due = start.tv_sec * 1000000000LL + start.tv_nsec + i * (1000000000LL / rate);
        struct timespec at = {.tv_sec = due / 1000000000LL, .tv_nsec = due % 1000000000LL};
        pid_t pid;
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) != 0 && !ended)
            ;
        if (posix_spawn(&pid, argv[3], NULL, NULL, arguments, argc > 4 ? with_preload : nothing) != 0)
            return 1;
        while (waitpid(pid, NULL, 0) < 0)
            ;
    }
    struct timespec stop;
    clock_gettime(CLOCK_MONOTONIC, &stop);
    printf("execs=%ld\n", i);
    printf("seconds=%f\n", (stop.tv_sec - start.tv_sec) + (stop.tv_nsec - start.tv_nsec) / 1e9);
    printf("cpu_seconds=%f\n", cpu_seconds(RUSAGE_SELF) + cpu_seconds(RUSAGE_CHILDREN));
    return 0;
}
