/* SPDX-License-Identifier: Apache-2.0 */
/* sockets DIRECTORY: binds, listens, connects, accepts and doubles sockets of each family, and says their addresses. */
#include "facts.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#define BACKLOG 7

static int port_of(int socket)
{
    struct sockaddr_in6 address = {};
    socklen_t length = sizeof(address);

    must(getsockname(socket, (struct sockaddr *)&address, &length) == 0, "getsockname");
    return ntohs(address.sin6_port); /* at the same place in both families */
}

/* A connection from one end to the other and its end; says the descriptors and the ports. */
static void converse(const char *name, struct sockaddr *address, socklen_t length)
{
    int server = socket(address->sa_family, SOCK_STREAM, 0), client, accepted;
    socklen_t size = length;
    char fact[64];

    must(bind(server, address, length) == 0 && listen(server, BACKLOG) == 0, "listen");
    must(getsockname(server, address, &size) == 0, "getsockname");
    client = socket(address->sa_family, SOCK_STREAM, 0);
    must(connect(client, address, length) == 0, "connect");
    accepted = accept(server, NULL, NULL);
    must(accepted >= 0, "accept");
    snprintf(fact, sizeof(fact), "%s.server", name);
    say(fact, server);
    snprintf(fact, sizeof(fact), "%s.client", name);
    say(fact, client);
    snprintf(fact, sizeof(fact), "%s.port", name);
    say(fact, port_of(server));
    snprintf(fact, sizeof(fact), "%s.from", name);
    say(fact, port_of(client));

    /* Standard input becomes the connection, as a reverse shell has it. */
    must(dup2(client, 0) == 0, "dup2");
    snprintf(fact, sizeof(fact), "%s.dup", name);
    say(fact, fcntl(client, F_DUPFD, 100));
    close(accepted);
    close(100);
    close(client);
    close(0);
    must(open("/dev/null", O_RDONLY) == 0, "standard input");
    close(server);
}

int main(int argc, char **argv)
{
    struct sockaddr_in inet = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in6 inet6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct sockaddr_in nobody = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(1)};
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    struct sockaddr_un abstract = {.sun_family = AF_UNIX, .sun_path = "\0mesh-abstract"};
    int listener, peer, refused, datagram;

    must(argc == 2, "usage");
    converse("inet", (struct sockaddr *)&inet, sizeof(inet));
    converse("inet6", (struct sockaddr *)&inet6, sizeof(inet6));

    snprintf(local.sun_path, sizeof(local.sun_path), "%s/socket", argv[1]);
    listener = socket(AF_UNIX, SOCK_STREAM, 0);
    must(bind(listener, (struct sockaddr *)&local, sizeof(local)) == 0 && listen(listener, 1) == 0, "listen, unix");
    peer = socket(AF_UNIX, SOCK_STREAM, 0);
    must(connect(peer, (struct sockaddr *)&local, sizeof(local)) == 0, "connect, unix");
    say("unix.client", peer);
    say("unix.dup", dup(peer));

    listener = socket(AF_UNIX, SOCK_STREAM, 0);
    must(bind(listener, (struct sockaddr *)&abstract, sizeof(sa_family_t) + sizeof("mesh-abstract")) == 0, "bind, abstract");
    say("abstract", listener);

    refused = socket(AF_INET, SOCK_STREAM, 0);
    must(connect(refused, (struct sockaddr *)&nobody, sizeof(nobody)) < 0 && errno == ECONNREFUSED, "refused");
    say("refused", refused);

    datagram = socket(AF_INET, SOCK_DGRAM, 0);
    nobody.sin_port = htons(9);
    must(connect(datagram, (struct sockaddr *)&nobody, sizeof(nobody)) == 0, "connect, datagram");
    say("datagram", datagram);

    /* None of these is an event: no socket, and no accept that accepted. */
    must(connect(999, (struct sockaddr *)&nobody, sizeof(nobody)) < 0, "no descriptor");
    must(dup(open("/dev/null", O_RDONLY)) >= 0, "dup of a file");
    return 0;
}
