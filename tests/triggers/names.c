/* SPDX-License-Identifier: Apache-2.0 */
/* names DIRECTORY: writes and removes a file there whose name is no text. */
#include "facts.h"

int main(int argc, char **argv)
{
    int descriptor;

    must(argc == 2 && chdir(argv[1]) == 0, "chdir");
    descriptor = open("\xffx", O_WRONLY | O_CREAT, 0600);
    must(descriptor >= 0 && write(descriptor, "bytes", 5) == 5, "write");
    must(unlink("\xffx") == 0, "unlink");
    return 0;
}
