/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pyramid FILE DEPTH WIDTH: a pyramid of processes. Each one above the ground forks WIDTH children, makes a thread, and
 * executes this program again, every second one from the thread instead of from its first; then it waits for its
 * children, but for every third one, which it leaves to its reaper. What each exec was is a line in FILE, written by
 * the process itself before it executes:
 *
 *   exec PID PPID LEVEL ORDER FROM_TID PATH ARGUMENT...
 *
 * ORDER is the same for all execs of one pid: 1, 2, ... PPID is 0 where the parent may end meanwhile. And a line
 *
 *   thread PID TID NAME
 *
 * for each thread made. The whole ends when all of it has: the first process is the reaper.
 */
#include "facts.h"
#include <pthread.h>
#include <sys/prctl.h>

#define LINE_MAX_BYTES 1024

static int out;
static char **arguments;

/* One write of a line: the kernel keeps lines of many writers apart. */
static void note(const char *line)
{
    size_t length = strlen(line);

    must(write(out, line, length) == (ssize_t)length, "write");
}

static void execute(const char *path, char *const *argv, const char *level, const char *order, int adopted)
{
    char line[LINE_MAX_BYTES];
    int length = snprintf(line, sizeof(line), "exec %d %d %s %s %ld %s", getpid(), adopted ? 0 : getppid(), level,
                          order, syscall(SYS_gettid), path);

    for (char *const *argument = argv; *argument; argument++)
        length += snprintf(line + length, sizeof(line) - length, " %s", *argument);
    snprintf(line + length, sizeof(line) - length, "\n");
    note(line);
    execv(path, argv);
    must(0, "execv");
}

struct again {
    char level[16], order[16], adopted[4];
    char *argv[9];
};

static void prepare(struct again *again, int level, int order, int adopted)
{
    snprintf(again->level, sizeof(again->level), "%d", level);
    snprintf(again->order, sizeof(again->order), "%d", order);
    snprintf(again->adopted, sizeof(again->adopted), "%d", adopted);
    again->argv[0] = arguments[0];
    again->argv[1] = arguments[1];
    again->argv[2] = arguments[2];
    again->argv[3] = arguments[3];
    again->argv[4] = again->level;
    again->argv[5] = again->order;
    again->argv[6] = again->adopted;
    again->argv[7] = NULL;
}

static void *from_thread(void *given)
{
    struct again *again = given;
    char line[LINE_MAX_BYTES];

    must(prctl(PR_SET_NAME, "climber") == 0, "prctl");
    snprintf(line, sizeof(line), "thread %d %ld climber\n", getpid(), syscall(SYS_gettid));
    note(line);
    if (atoi(again->order) % 2 == 0)
        execute(arguments[0], again->argv, again->level, again->order, atoi(again->adopted));
    return NULL;
}

/* Executes this program again, from a thread or from the first one beside a thread that has ended. */
static void climb(int level, int order, int adopted)
{
    static struct again again;
    pthread_t thread;

    prepare(&again, level, order, adopted);
    must(pthread_create(&thread, NULL, from_thread, &again) == 0, "pthread_create");
    must(pthread_join(thread, NULL) == 0, "pthread_join");
    execute(arguments[0], again.argv, again.level, again.order, adopted);
}

int main(int argc, char **argv)
{
    int depth, width, level, order, adopted;

    arguments = argv;
    must(argc == 4 || argc == 7, "usage: pyramid FILE DEPTH WIDTH");
    depth = atoi(argv[2]);
    width = atoi(argv[3]);
    level = argc == 7 ? atoi(argv[4]) : 0;
    order = argc == 7 ? atoi(argv[5]) : 0;
    adopted = argc == 7 ? atoi(argv[6]) : 0;
    out = open(argv[1], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    must(out >= 0, argv[1]);

    if (level == 0)
        must(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0, "prctl");
    /* Twice itself, then the next level. */
    if (level > 0 && order < 2)
        climb(level, order + 1, adopted);
    for (int n = 0; level < depth && n < width; n++) {
        int left = n % 3 == 2;
        pid_t child = fork();

        must(child >= 0, "fork");
        if (child == 0)
            climb(level + 1, 1, left);
        must(left || waitpid(child, NULL, 0) == child, "waitpid");
    }
    if (level == 0) {
        say("pid", getpid());
        while (wait(NULL) > 0)
            ;
    }
    return 0;
}
