/* SPDX-License-Identifier: Apache-2.0 */
/* closing TIMES: connects sockets while another thread closes them, and says how many were connected. */
#include "facts.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>

static volatile int victim = -1, over;

static void *closes(void *unused)
{
    while (!over) {
        int descriptor = __atomic_exchange_n(&victim, -1, __ATOMIC_ACQ_REL);

        if (descriptor >= 0)
            close(descriptor);
    }
    return unused;
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(9)};
    int times = argc > 1 ? atoi(argv[1]) : 1, connected = 0;
    pthread_t thread;

    must(pthread_create(&thread, NULL, closes, NULL) == 0, "pthread_create");
    for (int n = 0; n < times; n++) {
        int descriptor = socket(AF_INET, SOCK_DGRAM, 0);

        __atomic_store_n(&victim, descriptor, __ATOMIC_RELEASE);
        connected += connect(descriptor, (struct sockaddr *)&address, sizeof(address)) == 0;
        if (__atomic_exchange_n(&victim, -1, __ATOMIC_ACQ_REL) >= 0)
            close(descriptor);
    }
    over = 1;
    pthread_join(thread, NULL);
    say("connected", connected);
    return 0;
}
