/* SPDX-License-Identifier: Apache-2.0 */
/*
 * own DIRECTORY: when told, opens "parent", has a child open "child", then
 * executes itself and opens "successor".
 */
#include "facts.h"

int main(int argc, char **argv)
{
    pid_t child;

    must(chdir(argv[1]) == 0, "chdir");
    if (argc == 3) {
        must(open("successor", O_RDONLY) >= 0, "successor");
        return 0;
    }
    wait_for_line();
    must(open("parent", O_RDONLY) >= 0, "parent");
    child = fork();
    if (child == 0) {
        must(open("child", O_RDONLY) >= 0, "child");
        _exit(0);
    }
    say("child", child);
    fflush(stdout);
    must(waitpid(child, NULL, 0) == child, "waitpid");
    execl("/proc/self/exe", "own", argv[1], "again", NULL);
    must(0, "execl");
}
