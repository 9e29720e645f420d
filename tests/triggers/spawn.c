/* SPDX-License-Identifier: Apache-2.0 */
/* spawn COUNT PROGRAM: runs PROGRAM so many times, one after the other. */
#include "facts.h"
#include <spawn.h>

int main(int argc, char **argv)
{
    char *arguments[] = {argv[2], NULL};

    for (long n = atol(argv[1]); n > 0; n--) {
        pid_t child;
        int status;

        must(posix_spawn(&child, argv[2], NULL, NULL, arguments, NULL) == 0, "posix_spawn");
        must(waitpid(child, &status, 0) == child && status == 0, "waitpid");
    }
    return argc != 3;
}
