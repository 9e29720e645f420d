/* SPDX-License-Identifier: Apache-2.0 */
/* What a trigger knows is printed as lines "name=value", which its test compares with the record. */
#pragma once

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static inline void say(const char *name, long long value)
{
    printf("%s=%lld\n", name, value);
}

static inline void say_text(const char *name, const char *value)
{
    printf("%s=%s\n", name, value);
}

static inline void say_stat(const char *name, const struct stat *st)
{
    printf("%s.inode=%llu\n", name, (unsigned long long)st->st_ino);
    /* The kernel's own form of a device number. */
    printf("%s.dev=%llu\n", name,
           (unsigned long long)(((st->st_dev >> 8) & 0xfff) << 20 | (st->st_dev & 0xff) |
                                ((st->st_dev >> 12) & 0xfff00)));
    printf("%s.ctime=%lld\n", name, st->st_ctim.tv_sec * 1000000000LL + st->st_ctim.tv_nsec);
    printf("%s.mode=%u\n", name, st->st_mode);
}

static inline void must(int condition, const char *what)
{
    if (!condition) {
        perror(what);
        exit(99);
    }
}

/* A system call by the 32-bit table, with the 32-bit meaning of its arguments. */
static inline long compat_call(long number, long a, long b, long c, long d)
{
    long result;

    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d)
                     : "memory", "r8", "r9", "r10", "r11");
    return (int)result;
}

/* A copy of a string where 32-bit pointers reach. */
static inline char *low_string(const char *text)
{
    char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

    must(low != MAP_FAILED, "mmap below 4 GiB");
    return strcpy(low, text);
}

/* Waits for the test to say go. */
static inline void wait_for_line(void)
{
    char line[16];

    must(fgets(line, sizeof(line), stdin) != NULL, "standard input ended");
}
