// SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0)
/*
 * net_packet_dns: packets with payload from or to port 53, UDP and TCP, of every
 * cgroup and network namespace, and the same as net_packet_dns_request or
 * net_packet_dns_response. They are looked at, never held up or changed.
 *
 * A datagram, and the packet that opens a connection, leave in the task that
 * sends them, which is noted as the user of its socket. Everything else may be
 * seen in whatever task was interrupted, and belongs to the socket's user; of a
 * connection that was accepted, or is older than the programs, none is known.
 */
#include "../include/user.h"

#define PACKET_PASSES 1

#define DNS_PORT     53

#define IPV4_FRAGMENT_MASK 0x1fff

/* IPv6 headers between the fixed one and the transport's. */
#define IPV6_EXTENSIONS_MAX   4
#define IPV6_HOP_BY_HOP       0
#define IPV6_ROUTING          43
#define IPV6_DESTINATION      60
#define IPV6_EXTENSION_UNIT   8
#define IPV6_FIXED_HEADER     40
#define IPV6_NEXT_HEADER_BYTE 6
#define IPV6_SOURCE_BYTE      8

#define IPV4_PROTOCOL_BYTE 9
#define IPV4_SOURCE_BYTE   12
#define IPV4_HEADER_MIN    20

#define UDP_HEADER     8
#define TCP_HEADER_MIN 20
#define TCP_FLAG_SYN   0x02
#define TCP_FLAG_ACK   0x10

struct dns_packet {
    __u32 transport; /* offset of the transport's header */
    __u32 payload;   /* offset of its payload */
    __u32 sequence;
    __u32 size; /* of the payload */
    __u16 source_port;
    __u16 destination_port;
    __u8 ip_version;
    __u8 protocol;
    bool opens; /* TCP: the first packet of a connection */
};

/* Finds the transport's header; false where it is neither TCP nor UDP, or not the first fragment. */
static __always_inline bool dns__find_transport(struct __sk_buff *skb, struct dns_packet *packet)
{
    __u8 head[IPV4_HEADER_MIN];

    if (bpf_skb_load_bytes(skb, 0, head, sizeof(head)))
        return false;
    packet->ip_version = head[0] >> 4;
    if (packet->ip_version == 4) {
        packet->protocol = head[IPV4_PROTOCOL_BYTE];
        packet->transport = (head[0] & 0x0f) * 4;
        return !(((head[6] << 8) | head[7]) & IPV4_FRAGMENT_MASK);
    }
    if (packet->ip_version != 6)
        return false;

    packet->protocol = head[IPV6_NEXT_HEADER_BYTE];
    packet->transport = IPV6_FIXED_HEADER;
    for (int n = 0; n < IPV6_EXTENSIONS_MAX; n++) {
        if (packet->protocol != IPV6_HOP_BY_HOP && packet->protocol != IPV6_ROUTING &&
            packet->protocol != IPV6_DESTINATION)
            break;
        if (bpf_skb_load_bytes(skb, packet->transport, head, 2))
            return false;
        packet->protocol = head[0];
        packet->transport += (head[1] + 1) * IPV6_EXTENSION_UNIT;
    }
    return true;
}

static __always_inline bool dns__parse(struct __sk_buff *skb, struct dns_packet *packet)
{
    __u8 header[TCP_HEADER_MIN];
    __u32 end = skb->len;

    if (!dns__find_transport(skb, packet))
        return false;
    if (packet->protocol != PROTOCOL_UDP && packet->protocol != PROTOCOL_TCP)
        return false;
    if (bpf_skb_load_bytes(skb, packet->transport, header, UDP_HEADER))
        return false;
    packet->source_port = header[0] << 8 | header[1];
    packet->destination_port = header[2] << 8 | header[3];
    if (packet->source_port != DNS_PORT && packet->destination_port != DNS_PORT)
        return false;

    packet->sequence = 0;
    packet->opens = false;
    if (packet->protocol == PROTOCOL_UDP) {
        packet->payload = packet->transport + UDP_HEADER;
    } else {
        if (bpf_skb_load_bytes(skb, packet->transport, header, TCP_HEADER_MIN))
            return false;
        packet->payload = packet->transport + (header[12] >> 4) * 4;
        packet->sequence = (__u32)header[4] << 24 | header[5] << 16 | header[6] << 8 | header[7];
        /* A SYN takes the number before the payload it may carry. */
        if (header[13] & TCP_FLAG_SYN)
            packet->sequence++;
        packet->opens = (header[13] & (TCP_FLAG_SYN | TCP_FLAG_ACK)) == TCP_FLAG_SYN;
    }
    packet->size = packet->payload < end ? end - packet->payload : 0;
    return true;
}

/* Whether the current task is who sends the packet. A SYN that is sent again is so by a timer. */
static __always_inline bool dns__is_senders_own(struct dns_packet *packet, __u64 cookie)
{
    if (packet->protocol == PROTOCOL_UDP)
        return true;
    return packet->opens && !bpf_map_lookup_elem(&dns_sockets, &cookie);
}

/* Separate, so that the verifier looks at each half by itself. */
static __noinline int dns__payload(struct __sk_buff *skb, struct scratch *s, __u32 offset, __u32 size)
{
    char *room = emit__room(s, DNS_PART_MAX);
    __u64 length = size;

    if (length > DNS_PART_MAX)
        length = DNS_PART_MAX;
    barrier_var(length);
    if (!room || length == 0 || length > DNS_PART_MAX || bpf_skb_load_bytes(skb, offset, room, length))
        emit__part(s, 0, true);
    else
        emit__part(s, length, size > DNS_PART_MAX);
    return 0;
}

static __always_inline void dns__body(struct __sk_buff *skb, struct scratch *s, struct dns_packet *packet,
                                      __u64 cookie, enum packet_direction direction)
{
    struct net_packet_dns_body *body = &s->net_packet_dns;

    __builtin_memset(body, 0, sizeof(*body));
    if (packet->ip_version == 4) {
        bpf_skb_load_bytes(skb, IPV4_SOURCE_BYTE, body->source, 4);
        bpf_skb_load_bytes(skb, IPV4_SOURCE_BYTE + 4, body->destination, 4);
    } else {
        bpf_skb_load_bytes(skb, IPV6_SOURCE_BYTE, body->source, 16);
        bpf_skb_load_bytes(skb, IPV6_SOURCE_BYTE + 16, body->destination, 16);
    }
    body->socket = cookie;
    body->sequence = packet->sequence;
    body->payload_size = packet->size;
    body->source_port = packet->source_port;
    body->destination_port = packet->destination_port;
    body->ip_version = packet->ip_version;
    body->protocol = packet->protocol;
    body->direction = direction;
}

/* The head of the socket's user, or of nobody. */
static __always_inline void dns__head(struct scratch *s, __u64 cookie, __u32 event)
{
    struct socket_user *user = bpf_map_lookup_elem(&dns_sockets, &cookie);

    if (user)
        s->user = *user;
    else
        __builtin_memset(&s->user, 0, sizeof(s->user));
    user__head(s, &s->user, event);
}

/* The packet once more, as what it is for people. */
static __always_inline void dns__message(struct __sk_buff *skb, struct dns_packet *packet, __u64 cookie,
                                         enum packet_direction direction)
{
    __u32 event = packet->source_port == DNS_PORT ? EVENT_NET_PACKET_DNS_RESPONSE : EVENT_NET_PACKET_DNS_REQUEST;
    struct scratch *s;

    if (!emit__is_on(event))
        return;
    s = emit__take_scratch();
    if (!s) {
        emit__count_homeless(event);
        return;
    }
    dns__head(s, cookie, event);
    dns__body(skb, s, packet, cookie, direction);
    s->dns_message.packet_size = skb->len;
    s->dns_message.reserved = 0;
    user__body(s, &s->user, sizeof(s->dns_message));
    dns__payload(skb, s, packet->payload, packet->size);
    emit__end(s);
}

static __always_inline int dns__packet(struct __sk_buff *skb, enum packet_direction direction)
{
    struct dns_packet packet;
    struct scratch *s;
    __u64 cookie;

    if (!dns__parse(skb, &packet) || !emit__is_on(EVENT_NET_PACKET_DNS))
        return PACKET_PASSES;
    s = emit__take_scratch();
    if (!s) {
        if (packet.size > 0)
            emit__count_homeless(EVENT_NET_PACKET_DNS);
        return PACKET_PASSES;
    }

    cookie = bpf_get_socket_cookie(skb);
    if (direction == PACKET_EGRESS && dns__is_senders_own(&packet, cookie)) {
        user__note(&s->user, EVENT_NET_PACKET_DNS);
        emit__remember(&dns_sockets, &cookie, &s->user, REMEMBERED_SOCKETS);
    }
    if (packet.size == 0) {
        emit__release(s);
        return PACKET_PASSES;
    }

    dns__head(s, cookie, EVENT_NET_PACKET_DNS);
    if (emit__is_own(s->head.host_pid)) {
        emit__release(s);
        return PACKET_PASSES;
    }
    dns__body(skb, s, &packet, cookie, direction);
    user__body(s, &s->user, sizeof(s->net_packet_dns));
    dns__payload(skb, s, packet.payload, packet.size);
    emit__end(s);
    dns__message(skb, &packet, cookie, direction);
    return PACKET_PASSES;
}

SEC("cgroup_skb/ingress")
int on_packet_ingress(struct __sk_buff *skb)
{
    return dns__packet(skb, PACKET_INGRESS);
}

SEC("cgroup_skb/egress")
int on_packet_egress(struct __sk_buff *skb)
{
    return dns__packet(skb, PACKET_EGRESS);
}
