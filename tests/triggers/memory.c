/* SPDX-License-Identifier: Apache-2.0 */
/* memory FILE: maps memory and changes its protection in every way that is alarming, and in some that are not. */
#include "facts.h"

#define PAGE 4096L

static void *mapped(int protection)
{
    void *memory = mmap(NULL, 2 * PAGE, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    must(memory != MAP_FAILED, "mmap");
    return memory;
}

int main(int argc, char **argv)
{
    void *both = mapped(PROT_READ | PROT_WRITE | PROT_EXEC), *plain = mapped(PROT_READ | PROT_WRITE);
    void *code = mapped(PROT_READ | PROT_EXEC), *file;
    struct stat st;
    int descriptor;

    must(argc == 2, "usage");
    say("both", (long)both);
    say("plain", (long)plain);
    say("code", (long)code);
    must(mprotect(plain, PAGE, PROT_READ | PROT_EXEC) == 0, "becomes executable");
    must(mprotect(code, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC) == 0, "becomes writable");
    must(mprotect(both, PAGE, PROT_READ | PROT_EXEC) == 0, "writable becomes executable");

    /* Two mappings at once, of which only the second one was writable and executable. */
    must(mprotect(both, 2 * PAGE, PROT_READ | PROT_EXEC) == 0, "two mappings");

    descriptor = open(argv[1], O_RDONLY);
    file = mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, descriptor, 0);
    must(file != MAP_FAILED, "mmap of a file");
    say("file", (long)file);
    say("flags", fcntl(descriptor, F_GETFL));
    must(fstat(descriptor, &st) == 0, "fstat");
    say_stat("object", &st);

    /* Nothing of this is alarming. */
    must(mprotect(plain, PAGE, PROT_READ) == 0, "read only");
    must(mprotect(code + PAGE, PAGE, PROT_READ | PROT_EXEC) == 0, "as it was");
    must(mprotect((void *)1, PAGE, PROT_EXEC) < 0, "not aligned");
    return 0;
}
