/* SPDX-License-Identifier: Apache-2.0 */
/* narrow: connects, maps and changes identity by 32-bit calls. */
#include "facts.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#define PAGE 4096

int main(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(9)};
    int descriptor = socket(AF_INET, SOCK_DGRAM, 0);
    unsigned *words = (unsigned *)low_string("");
    void *low = low_string("");
    long memory;

    memcpy(low, &address, sizeof(address));
    say("socket", descriptor);
    must(compat_call(362, descriptor, (long)low, sizeof(address), 0) == 0, "connect");
    words[0] = descriptor;
    words[1] = (unsigned)(long)low;
    words[2] = sizeof(address);
    must(compat_call(102, 3 /* SYS_CONNECT */, (long)words, 0, 0) == 0, "socketcall");

    words[0] = 0;
    words[1] = PAGE;
    words[2] = PROT_READ | PROT_WRITE | PROT_EXEC;
    words[3] = MAP_PRIVATE | MAP_ANONYMOUS;
    words[4] = -1;
    words[5] = 0;
    memory = (unsigned)compat_call(90, (long)words, 0, 0, 0);
    say("memory", memory);
    must(compat_call(125, memory, PAGE, PROT_READ | PROT_EXEC, 0) == 0, "mprotect");

    must(compat_call(210 /* setresgid32 */, 1234, -1, -1, 0) == 0, "setresgid");
    must(compat_call(5, (long)low_string("/proc/self/status"), 0, 0, 0) >= 0, "open");
    return 0;
}
