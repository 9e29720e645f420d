/* SPDX-License-Identifier: Apache-2.0 */
/* PTRACE_TRACEME with arguments that are easy to recognise, by both system call tables. */
#include "facts.h"
#include <sys/ptrace.h>

int main(void)
{
    pid_t child = fork();

    if (child == 0)
        _exit(compat_call(26, PTRACE_TRACEME, 0, 0x11223344, 0x55667788) != 0);
    say("compat", child);
    must(waitpid(child, NULL, 0) == child, "waitpid");
    say("result", syscall(SYS_ptrace, PTRACE_TRACEME, -1, 0x1122334455667788, 0x99aabbcc));
    /* Refused: once is enough. */
    say("refused", syscall(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0));
    return 0;
}
