/* SPDX-License-Identifier: Apache-2.0 */
/* uring DIRECTORY: opens, connects and removes through io_uring. */
#include "facts.h"
#include <arpa/inet.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <sys/socket.h>

static struct io_uring_params params;
static char *submissions;
static struct io_uring_sqe *entries;
static int ring;

static void submit(struct io_uring_sqe entry)
{
    unsigned *tail = (unsigned *)(submissions + params.sq_off.tail);
    unsigned *mask = (unsigned *)(submissions + params.sq_off.ring_mask);
    unsigned *array = (unsigned *)(submissions + params.sq_off.array);
    unsigned index = *tail & *mask;

    entries[index] = entry;
    array[index] = index;
    __atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
    must(syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) == 1, "io_uring_enter");
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(1)};
    char path[4096];
    int client, directory;

    must(argc == 2, "usage");
    ring = syscall(SYS_io_uring_setup, 8, &params);
    must(ring >= 0, "io_uring_setup");
    submissions = mmap(NULL, params.sq_off.array + params.sq_entries * sizeof(unsigned), PROT_READ | PROT_WRITE,
                       MAP_SHARED, ring, IORING_OFF_SQ_RING);
    entries = mmap(NULL, params.sq_entries * sizeof(*entries), PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQES);
    must(submissions != MAP_FAILED && entries != MAP_FAILED, "mmap");

    snprintf(path, sizeof(path), "%s/by-uring", argv[1]);
    submit((struct io_uring_sqe){.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = (long)path, .len = 0600,
                                 .open_flags = O_WRONLY | O_CREAT});
    client = socket(AF_INET, SOCK_STREAM, 0);
    say("client", client);
    submit((struct io_uring_sqe){.opcode = IORING_OP_CONNECT, .fd = client, .addr = (long)&address, .off = sizeof(address)});
    directory = open(argv[1], O_RDONLY | O_DIRECTORY);
    say("directory", directory);
    submit((struct io_uring_sqe){.opcode = IORING_OP_UNLINKAT, .fd = directory, .addr = (long)"by-uring"});
    return 0;
}
