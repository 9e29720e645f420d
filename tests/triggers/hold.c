/* SPDX-License-Identifier: Apache-2.0 */
/* hold COUNT: opens that many files for writing in the directory it is run in, writes the first, and says how many it opened. */
#include "facts.h"
#include <sys/resource.h>

int main(int argc, char **argv)
{
    long count = argc > 1 ? atol(argv[1]) : 1, opened = 0;
    int first = open("first", O_WRONLY | O_CREAT, 0600);
    struct rlimit limit;

    must(first >= 0 && getrlimit(RLIMIT_NOFILE, &limit) == 0, "first");
    limit.rlim_cur = limit.rlim_max;
    must(setrlimit(RLIMIT_NOFILE, &limit) == 0, "setrlimit");
    while (opened < count && open("other", O_WRONLY | O_CREAT, 0600) >= 0)
        opened++;
    must(write(first, "late", 4) == 4, "write");
    say("opened", opened);
    return 0;
}
