/* SPDX-License-Identifier: Apache-2.0 */
/* open DIRECTORY: opens files there in every way there is, and says what each descriptor is. */
#include "facts.h"
#include <linux/openat2.h>

static void opened(const char *name, int descriptor)
{
    struct stat st;

    must(descriptor >= 0, name);
    must(fstat(descriptor, &st) == 0, "fstat");
    say_stat(name, &st);
    close(descriptor);
}

int main(int argc, char **argv)
{
    struct open_how how = {.flags = O_RDWR | O_CREAT, .mode = 0600};
    char path[4096];
    int directory;

    must(argc == 2 && chdir(argv[1]) == 0, "chdir");
    directory = open(".", O_RDONLY | O_DIRECTORY);

    snprintf(path, sizeof(path), "%s/open", argv[1]);
    opened("open", syscall(SYS_open, path, O_WRONLY | O_CREAT | O_TRUNC, 0644));
    opened("creat", syscall(SYS_creat, "creat", 0600));
    opened("openat", syscall(SYS_openat, directory, "sub/../openat", O_RDWR | O_CREAT | O_EXCL, 0600));
    opened("openat2", syscall(SYS_openat2, directory, "openat2", &how, sizeof(how)));
    opened("link", syscall(SYS_openat, AT_FDCWD, "link", O_RDONLY));
    opened("compat", compat_call(5, (long)low_string("open"), O_RDONLY | O_APPEND, 0, 0));

    /* None of these opens a file. */
    must(syscall(SYS_openat, AT_FDCWD, "missing", O_RDONLY) < 0, "missing");
    must(syscall(SYS_openat, AT_FDCWD, "open", O_PATH) >= 0, "O_PATH");
    return 0;
}
