/* SPDX-License-Identifier: Apache-2.0 */
/* opens_of PATH...: opens each of them for reading, and those that begin with + for writing. */
#include "facts.h"

int main(int argc, char **argv)
{
    for (int n = 1; n < argc; n++) {
        int writes = argv[n][0] == '+';
        int descriptor = open(argv[n] + writes, writes ? O_WRONLY : O_RDONLY);

        must(descriptor >= 0, argv[n]);
        close(descriptor);
    }
    return 0;
}
