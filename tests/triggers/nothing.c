/* SPDX-License-Identifier: Apache-2.0 */
/* Exits at once. */
int main(void)
{
    return 0;
}
