/* SPDX-License-Identifier: Apache-2.0 */
/* memfd PROGRAM: executes a copy of PROGRAM that is in no file system. */
#include "facts.h"
#include <sys/sendfile.h>

int main(int argc, char **argv)
{
    char *arguments[] = {"from-memory", NULL};
    char *environment[] = {NULL};
    int program = open(argv[1], O_RDONLY);
    int memory = syscall(SYS_memfd_create, "mesh-trigger", 1U /* MFD_CLOEXEC */);
    struct stat st;

    must(argc == 2 && program >= 0 && memory >= 0 && fstat(program, &st) == 0, "open");
    must(sendfile(memory, program, NULL, st.st_size) == st.st_size, "sendfile");
    fexecve(memory, arguments, environment);
    must(0, "fexecve");
}
