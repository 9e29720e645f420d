/* SPDX-License-Identifier: Apache-2.0 */
/* exec DIRECTORY: names itself "before-exec" and executes itself with known arguments, environment,
 * directory. */
#include "facts.h"
#include <sys/auxv.h>
#include <sys/prctl.h>

/* The file that the dynamic loader was mapped from. */
static void say_interpreter(void)
{
    unsigned long base = getauxval(AT_BASE);
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[4096 + 128];

    must(maps != NULL, "/proc/self/maps");
    while (fgets(line, sizeof(line), maps)) {
        struct stat st;
        char *path = strchr(line, '/');

        if (strtoul(line, NULL, 16) != base || !path)
            continue;
        path[strcspn(path, "\n")] = 0;
        must(stat(path, &st) == 0, path);
        say_text("interpreter", path);
        say_stat("interpreter", &st);
    }
    fclose(maps);
}

int main(int argc, char **argv)
{
    char self[4096] = {};
    struct stat st;

    must(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0, "/proc/self/exe");
    if (argc == 2) {
        char *arguments[] = {"known name", "first", "", "third", NULL};
        char *environment[] = {"LD_PRELOAD=/nonexistent/mesh.so", "COLOUR=blue", NULL};

        must(chdir(argv[1]) == 0, "chdir");
        must(dup2(open("/dev/null", O_RDONLY), 0) == 0, "standard input");
        must(prctl(PR_SET_NAME, "before-exec") == 0, "prctl");
        execve(self, arguments, environment);
        must(0, "execve");
    }
    must(stat(self, &st) == 0, "stat");
    say_text("path", self);
    say_stat("path", &st);
    say_interpreter();
    return 0;
}
