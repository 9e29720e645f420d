/* SPDX-License-Identifier: Apache-2.0 */
/* rename DIRECTORY: renames a file there in every way there is. */
#include "facts.h"

int main(int argc, char **argv)
{
    char from[4096], to[4096];
    int directory, sub;

    must(argc == 2 && chdir(argv[1]) == 0, "chdir");
    must(creat("a", 0600) >= 0, "creat");
    must(mkdir("sub", 0700) == 0, "mkdir");
    directory = open(".", O_RDONLY | O_DIRECTORY);
    sub = open("sub", O_RDONLY | O_DIRECTORY);

    snprintf(from, sizeof(from), "%s/a", argv[1]);
    snprintf(to, sizeof(to), "%s/b", argv[1]);
    must(syscall(SYS_rename, from, to) == 0, "rename");
    must(syscall(SYS_renameat, directory, "b", sub, "c") == 0, "renameat");
    must(syscall(SYS_renameat2, sub, "c", AT_FDCWD, "d", 1 /* RENAME_NOREPLACE */) == 0, "renameat2");
    must(compat_call(38, (long)low_string("d"), (long)low_string("e"), 0, 0) == 0, "rename, 32 bits");
    must(syscall(SYS_rename, "missing", "f") < 0, "rename of nothing");
    return 0;
}
