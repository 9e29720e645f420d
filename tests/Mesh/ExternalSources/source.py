"""A data source of the mesh in another language, written from docs/data-source-protocol.md alone: answers the length of a text.

usage: source.py HOST PORT
"""
import json
import socket
import sys

import msgpack

NAME, SUBJECT = "tracee-ds", "tracee.ds.example.length.get"
METADATA = {"namespace": "example", "id": "length", "version": "1", "scope": "mesh", "node": "", "writable": "false",
            "keys": "string", "values": "", "schema": '{"length":"int"}'}
ENDPOINT = {"name": "get", "subject": SUBJECT, "queue_group": NAME}
VERBS = {"PING": ("ping", {}), "INFO": ("info", {"description": "Lengths of texts", "endpoints": [ENDPOINT]}),
         "STATS": ("stats", {"started": "2026-01-01T00:00:00Z", "endpoints": [ENDPOINT | {"num_requests": 0, "num_errors": 0, "last_error": "", "processing_time": 0, "average_processing_time": 0}]})}

bus = socket.create_connection((sys.argv[1], int(sys.argv[2])))
lines = bus.makefile("rb")


def send(subject, payload):
    bus.sendall(f"PUB {subject} {len(payload)}\r\n".encode() + payload + b"\r\n")


def answer(key):
    if not isinstance(key, str):
        return {"status": "key_not_supported"}
    if not key:
        return {"status": "not_found"}
    return {"status": "found", "values": {"length": len(key)}, "from": 0, "to": 0, "open": True}


def handle(subject, reply, payload):
    if subject == SUBJECT:
        request = msgpack.unpackb(payload)
        send(reply, msgpack.packb({"v": 1, "results": [answer(k) for k in request["keys"]]}))
    else:
        verb, more = VERBS[subject.split(".")[1]]
        send(reply, json.dumps({"type": f"io.nats.micro.v1.{verb}_response", "name": NAME, "id": "example-1", "version": "1.0.0", "metadata": METADATA} | more).encode())


bus.sendall(b'CONNECT {"verbose":false,"headers":true}\r\n')
subjects = [f"$SRV.{verb}{more}" for verb in VERBS for more in ("", f".{NAME}", f".{NAME}.example-1")]
for number, subject in enumerate([*subjects, f"{SUBJECT} {NAME}"]):
    bus.sendall(f"SUB {subject} {number}\r\n".encode())
bus.sendall(b"PING\r\n")
for line in lines:
    words = line.decode().split()
    if words[0] == "PING":
        bus.sendall(b"PONG\r\n")
    elif words[0] == "PONG":
        print("ready", flush=True)
    elif words[0] in ("MSG", "HMSG"):
        # MSG subject sid [reply] size; HMSG subject sid [reply] header-size size: the headers come first.
        size, skip = int(words[-1]), int(words[-2]) if words[0] == "HMSG" else 0
        reply = words[3] if len(words) == (5 if words[0] == "MSG" else 6) else None
        payload = lines.read(size + 2)[skip:-2]
        if reply:
            handle(words[1], reply, payload)
