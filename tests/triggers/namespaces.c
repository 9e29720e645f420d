/* SPDX-License-Identifier: Apache-2.0 */
/* namespaces FILE: opens FILE as the first process of new pid and uts namespaces. */
#include "facts.h"
#include <sched.h>

int main(int argc, char **argv)
{
    pid_t child;

    must(argc == 2 && unshare(CLONE_NEWPID | CLONE_NEWUTS) == 0, "unshare");
    must(sethostname("mesh-inside", 11) == 0, "sethostname");
    child = fork();
    if (child == 0) {
        must(open(argv[1], O_RDONLY) >= 0, argv[1]);
        _exit(0);
    }
    say("pid", getpid());
    say("child", child);
    must(waitpid(child, NULL, 0) == child, "waitpid");
    return 0;
}
