/* SPDX-License-Identifier: Apache-2.0 */
/* Asks to be traced so many times a second for so many seconds, all in one process: traceme_rate RATE SECONDS. Tells how often it did. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <time.h>

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    long rate = atol(argv[1]), total = rate * atol(argv[2]);
    struct timespec start;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (long i = 0; i < total; i++) {
        long long due = start.tv_sec * 1000000000LL + start.tv_nsec + i * (1000000000LL / rate);
        struct timespec at = {.tv_sec = due / 1000000000LL, .tv_nsec = due % 1000000000LL};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
        /* All but the first are refused, and are seen all the same. */
        ptrace(PTRACE_TRACEME, 0, 0, 0);
    }
    printf("calls=%ld\n", total);
    return 0;
}
