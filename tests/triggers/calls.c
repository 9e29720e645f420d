/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calls CGROUP FILE: makes each system call of the file in a process of its own, in the cgroup and in a uts namespace of its own,
 * and says which process that was, what its six registers held, what came back, and two ints that the first register points at.
 *
 * A line is TABLE NUMBER FLAGS REGISTER...: TABLE x (64-bit) or c (32-bit), FLAGS - or f (the new task a call makes ends at
 * once), i (the first register points at words that hold the others) or s (the call is what ends a signal's handler). A register is
 *   n:HEX          a number                      s:TEXT           a text
 *   l:TEXT,TEXT    an array of texts             b:SIZE           zeroed memory
 *   t:SEC,NSEC     a struct timespec             T:SEC,NSEC       one of 32 bits
 *   a:HEX          bytes
 */
#include "facts.h"
#include <sched.h>
#include <signal.h>
#include <stdint.h>

#define ARENA     (1 << 20)
#define REGISTERS 6
#define PATIENCE  20 /* seconds that one call may take */

static char *arena, *next;
static pid_t child;

static void *take(size_t size)
{
    char *memory = next;

    next += (size + 15) & ~15UL;
    must(next <= arena + ARENA, "the arena is full");
    return memset(memory, 0, size + 1);
}

static void *copy(const void *bytes, size_t size)
{
    return memcpy(take(size), bytes, size);
}

static uint64_t list(char *texts, int compat)
{
    uint64_t *wide = take(64 * sizeof(*wide));
    uint32_t *narrow = (uint32_t *)wide;
    char *rest = NULL;
    int n = 0;

    for (char *text = strtok_r(texts, ",", &rest); text; text = strtok_r(NULL, ",", &rest), n++) {
        char *kept = copy(text, strlen(text) + 1);

        if (compat)
            narrow[n] = (uint32_t)(uintptr_t)kept;
        else
            wide[n] = (uintptr_t)kept;
    }
    return (uintptr_t)wide;
}

static uint64_t value(char *text, int compat)
{
    char *body = text + 2;
    long long seconds, nanoseconds;
    size_t length = strlen(body);

    switch (text[0]) {
    case 'n':
        return strtoull(body, NULL, 16);
    case 's':
        return (uintptr_t)copy(body, length + 1);
    case 'l':
        return list(body, compat);
    case 'b':
        return (uintptr_t)take(strtoul(body, NULL, 10));
    case 't':
    case 'T':
        must(sscanf(body, "%lld,%lld", &seconds, &nanoseconds) == 2, text);
        if (text[0] == 't')
            return (uintptr_t)copy((int64_t[]){seconds, nanoseconds}, 16);
        return (uintptr_t)copy((int32_t[]){seconds, nanoseconds}, 8);
    default: {
        unsigned char *bytes = take(length / 2);

        must(text[0] == 'a', text);
        for (size_t n = 0; n < length / 2; n++)
            must(sscanf(body + 2 * n, "%2hhx", &bytes[n]) == 1, text);
        return (uintptr_t)bytes;
    }
    }
}

/* Without a return address on the stack, which a vfork's child would write over. */
static inline __attribute__((always_inline)) long call(int compat, long number, const uint64_t *r)
{
    long result;

    if (compat) {
        /* The sixth register is the frame's, so it is swapped in from the memory the first one's place holds. */
        uint32_t words[7] = {r[0], r[1], r[2], r[3], r[4], r[5], number};
        uint32_t *low = copy(words, sizeof(words));

        __asm__ volatile("push %%rbp\n\t"
                         "push %%rbx\n\t"
                         "mov 0(%%rax), %%ebx\n\t"
                         "mov 4(%%rax), %%ecx\n\t"
                         "mov 8(%%rax), %%edx\n\t"
                         "mov 12(%%rax), %%esi\n\t"
                         "mov 16(%%rax), %%edi\n\t"
                         "mov 20(%%rax), %%ebp\n\t"
                         "mov 24(%%rax), %%eax\n\t"
                         "int $0x80\n\t"
                         "pop %%rbx\n\t"
                         "pop %%rbp"
                         : "=a"(result)
                         : "a"(low)
                         : "memory", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11");
        return (int)result;
    }

    register uint64_t r10 __asm__("r10") = r[3];
    register uint64_t r8 __asm__("r8") = r[4];
    register uint64_t r9 __asm__("r9") = r[5];

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(r[0]), "S"(r[1]), "d"(r[2]), "r"(r10), "r"(r8), "r"(r9)
                     : "memory", "rcx", "r11");
    return result;
}

static void handle(int signal)
{
    (void)signal;
}

static void give_up(int signal)
{
    (void)signal;
    kill(child, SIGKILL);
}

int main(int argc, char **argv)
{
    char line[8192];
    FILE *file = argc == 3 ? fopen(argv[2], "r") : NULL;
    FILE *group = argc == 3 ? fopen(argv[1], "w") : NULL;

    must(file && group && fprintf(group, "%d", getpid()) > 0 && fclose(group) == 0, "calls CGROUP FILE");
    must(unshare(CLONE_NEWUTS) == 0, "unshare");
    arena = mmap(NULL, ARENA, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    must(arena != MAP_FAILED, "arena");
    signal(SIGALRM, give_up);
    signal(SIGUSR1, handle);

    for (int index = 0; fgets(line, sizeof(line), file); index++) {
        uint64_t registers[REGISTERS] = {};
        char *rest = NULL, *table = strtok_r(line, " \n", &rest), *number = strtok_r(NULL, " \n", &rest);
        char *flags = strtok_r(NULL, " \n", &rest), *text;
        int compat = table && table[0] == 'c', status;
        long *result, called;

        next = arena;
        result = take(sizeof(*result));
        must(flags != NULL, "a line lacks its flags");
        for (int n = 0; n < REGISTERS && (text = strtok_r(NULL, " \n", &rest)); n++)
            registers[n] = value(text, compat);
        if (strchr(flags, 'i')) {
            uint32_t words[REGISTERS];

            for (int n = 0; n < REGISTERS; n++)
                words[n] = registers[n];
            memset(registers, 0, sizeof(registers));
            registers[0] = (uintptr_t)copy(words, sizeof(words));
        }

        fflush(stdout);
        alarm(PATIENCE);
        child = fork();
        if (child == 0) {
            /* A new process has no page of the arena yet, and a call that refuses its first argument touches no other. */
            for (volatile char *page = arena; page < next; page += 4096)
                (void)*page;
            called = strchr(flags, 's') ? kill(getpid(), SIGUSR1) : call(compat, atol(number), registers);
            if (called == 0 && strchr(flags, 'f'))
                _exit(0);
            *result = called;
            _exit(0);
        }
        must(child > 0 && waitpid(child, &status, 0) == child, "waitpid");
        alarm(0);
        printf("%d=%d %ld", index, child, *result);
        for (int n = 0; n < REGISTERS; n++)
            printf(" %llx", (unsigned long long)registers[n]);
        if ((char *)registers[0] >= arena && (char *)registers[0] < arena + ARENA)
            printf(" %d %d", ((int *)registers[0])[0], ((int *)registers[0])[1]);
        printf("\n");
    }
    return 0;
}
