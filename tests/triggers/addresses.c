/* SPDX-License-Identifier: Apache-2.0 */
/* addresses PATH: addresses of every family that has names: bound, asked for, connected to, accepted. */
#include "facts.h"
#include <arpa/inet.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

int main(int argc, char **argv)
{
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(4711), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct sockaddr_un path = {.sun_family = AF_UNIX}, abstract = {.sun_family = AF_UNIX, .sun_path = "\0mesh-abstract"};
    socklen_t size = sizeof(four);
    int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0), accepted;

    must(argc == 2 && strlen(argv[1]) < sizeof(path.sun_path), "addresses PATH");
    strcpy(path.sun_path, argv[1]);
    must(bind(listener, (void *)&four, sizeof(four)) == 0, "bind");
    must(getsockname(listener, (void *)&four, &size) == 0, "getsockname");
    must(listen(listener, 1) == 0, "listen");
    must(connect(client, (void *)&four, sizeof(four)) == 0, "connect");
    accepted = accept(listener, (void *)&four, &size);
    must(accepted >= 0, "accept");
    say("port", ntohs(four.sin_port));
    size = sizeof(four);
    must(getpeername(client, (void *)&four, &size) == 0, "getpeername");
    say("listens", ntohs(four.sin_port));
    say("refused", connect(socket(AF_INET6, SOCK_DGRAM, 0), (void *)&six, sizeof(six)));
    must(bind(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&path, sizeof(path)) == 0, argv[1]);
    must(bind(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&abstract, offsetof(struct sockaddr_un, sun_path) + 14) == 0, "abstract");
    return 0;
}
