/* SPDX-License-Identifier: Apache-2.0 */
/* names DIRECTORY [DEPTH]: writes and removes a file whose name is no text, so many directories with long names below. */
#include "facts.h"

#define LONG_NAME 250

int main(int argc, char **argv)
{
    int descriptor, depth = argc > 2 ? atoi(argv[2]) : 0;
    char name[LONG_NAME + 1] = {};

    memset(name, 'n', LONG_NAME);
    must(argc >= 2 && chdir(argv[1]) == 0, "chdir");
    for (int n = 0; n < depth; n++)
        must(mkdir(name, 0700) == 0 && chdir(name) == 0, "mkdir");
    descriptor = open("\xffx", O_WRONLY | O_CREAT, 0600);
    must(descriptor >= 0 && write(descriptor, "bytes", 5) == 5, "write");
    must(unlink("\xffx") == 0, "unlink");
    for (int n = 0; n < depth; n++)
        must(chdir("..") == 0 && rmdir(name) == 0, "rmdir");
    return 0;
}
