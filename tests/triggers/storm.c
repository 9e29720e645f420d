/* SPDX-License-Identifier: Apache-2.0 */
/* storm TIMES: two threads do what kernel objects tell of, over and over; TIMES 0: until killed. In the directory it is run in. */
#include "facts.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

static long times;

static void file(const char *name)
{
    int descriptor = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);

    must(descriptor >= 0 && write(descriptor, name, 4) == 4, name);
    close(descriptor);
    must(unlink(name) == 0, "unlink");
}

static void socket_of_loopback(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int descriptor = socket(AF_INET, SOCK_DGRAM, 0), copy;

    must(bind(descriptor, (struct sockaddr *)&address, sizeof(address)) == 0, "bind");
    copy = dup(descriptor);
    close(copy);
    close(descriptor);
}

static void memory(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    must(page != MAP_FAILED && mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0, "mprotect");
    munmap(page, 4096);
}

static void *storms(void *name)
{
    for (long n = 0; times == 0 || n < times; n++) {
        file(name);
        socket_of_loopback();
        memory();
        must(prctl(PR_SET_NAME, n & 1 ? "odd" : "even") == 0 && chdir(".") == 0, "prctl");
    }
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t thread;

    times = argc > 1 ? atol(argv[1]) : 1;
    must(pthread_create(&thread, NULL, storms, "other") == 0, "pthread_create");
    storms("main");
    return pthread_join(thread, NULL);
}
