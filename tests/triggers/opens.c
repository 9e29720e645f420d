/* SPDX-License-Identifier: Apache-2.0 */
/* opens COUNT: opens /dev/null so many times. */
#include "facts.h"

int main(int argc, char **argv)
{
    for (long n = atol(argv[1]); n > 0; n--) {
        int descriptor = open("/dev/null", O_RDONLY);

        must(argc == 2 && descriptor >= 0, "/dev/null");
        close(descriptor);
    }
    return 0;
}
