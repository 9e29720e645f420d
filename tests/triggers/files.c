/* SPDX-License-Identifier: Apache-2.0 */
/* files DIRECTORY: writes, removes and walks there in every way there is, and says what each file is. */
#include "facts.h"
#include <sys/uio.h>

static int made(const char *name)
{
    int descriptor = open(name, O_RDWR | O_CREAT | O_TRUNC, 0700);
    struct stat st;
    char fact[64];

    must(descriptor >= 0 && fstat(descriptor, &st) == 0, name);
    snprintf(fact, sizeof(fact), "%s.made", name);
    say_stat(fact, &st);
    return descriptor;
}

static void wrote(const char *name, int descriptor)
{
    struct stat st;

    must(fstat(descriptor, &st) == 0, name);
    say_stat(name, &st);
}

int main(int argc, char **argv)
{
    char elf[40] = "\x7f"
                   "ELF-and-much-more-than-thirty-two-bytes";
    struct iovec pieces[3] = {{elf, 1}, {elf + 1, 0}, {elf + 1, 38}};
    char path[4096];
    int directory, descriptor, ends[2];

    must(argc == 2 && chdir(argv[1]) == 0, "chdir");
    directory = open(".", O_RDONLY | O_DIRECTORY);
    must(mkdir("sub", 0700) == 0 && mkdir("gone", 0700) == 0, "mkdir");

    descriptor = made("write");
    must(write(descriptor, elf, 4) == 4 && write(descriptor, "again", 5) == 5, "write");
    wrote("write", descriptor);
    descriptor = made("writev");
    must(writev(descriptor, pieces, 3) == 39, "writev");
    wrote("writev", descriptor);
    descriptor = made("pwrite");
    must(pwrite(descriptor, "late", 4, 8) == 4 && pwrite(descriptor, "first", 5, 0) == 5, "pwrite");
    wrote("pwrite", descriptor);
    descriptor = made("compat");
    must(compat_call(4, descriptor, (long)low_string("narrow"), 6, 0) == 6, "write, 32 bits");
    wrote("compat", descriptor);
    descriptor = made("resized");
    must(ftruncate(descriptor, 100) == 0, "ftruncate");
    wrote("resized", descriptor);

    /* A write to what is not a file has no first bytes. */
    must(pipe(ends) == 0 && write(ends[1], "pipe", 4) == 4, "pipe");

    must(unlink("write") == 0, "unlink");
    must(unlinkat(directory, "sub/../writev", 0) == 0, "unlinkat");
    snprintf(path, sizeof(path), "%s/pwrite", argv[1]);
    must(compat_call(10, (long)low_string(path), 0, 0, 0) == 0, "unlink, 32 bits");
    must(unlinkat(directory, "gone", AT_REMOVEDIR) == 0, "rmdir");
    must(unlink("missing") < 0, "unlink of nothing");

    must(chdir("sub/../sub") == 0, "chdir");
    must(fchdir(directory) == 0, "fchdir");
    must(chdir("missing") < 0, "chdir to nowhere");
    return 0;
}
