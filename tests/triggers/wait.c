/* SPDX-License-Identifier: Apache-2.0 */
/* Ends when told. */
#include "facts.h"

int main(void)
{
    wait_for_line();
    return 0;
}
