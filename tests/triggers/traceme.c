/* SPDX-License-Identifier: Apache-2.0 */
/* One PTRACE_TRACEME. */
#include <sys/ptrace.h>

int main(void)
{
    return ptrace(PTRACE_TRACEME, 0, 0, 0) != 0;
}
