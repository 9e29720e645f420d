"""Calls the echo server with the ordinary Python client of gRPC, and prints one line for each check: its name, then "ok" or what went wrong.

usage: interop.py DIRECTORY_OF_GENERATED_CODE ADDRESS
"""
import sys
import threading
import traceback

sys.path.insert(0, sys.argv[1])
import grpc  # noqa: E402
import echo_pb2 as m  # noqa: E402
import echo_pb2_grpc  # noqa: E402
import reflection_pb2 as r  # noqa: E402
import health_pb2 as h  # noqa: E402
import status_pb2  # noqa: E402

channel = grpc.insecure_channel(sys.argv[2], options=[("grpc.max_receive_message_length", 64 << 20)])
echo = echo_pb2_grpc.EchoStub(channel)


def fails(code, call):
    try:
        call()
    except grpc.RpcError as e:
        assert e.code() == code, (e.code(), e.details())
        return e
    raise AssertionError("the call did not fail")


def unary():
    assert echo.Unary(m.EchoRequest(text="hällo", count=-1)).text == "hällo"


def unary_large():
    body = bytes(range(256)) * 15000
    assert echo.Unary(m.EchoRequest(body=body)).body == body


def client_stream():
    reply = echo.Collect(m.EchoRequest(text=str(i % 10)) for i in range(10000))
    assert reply.count == 10000 and reply.text == "0123456789" * 1000


def client_stream_empty():
    assert echo.Collect(iter([])).count == 0


def server_stream():
    assert [x.count for x in echo.Repeat(m.EchoRequest(text="x", count=5000))] == list(range(5000))


def server_stream_fails_behind_messages():
    call = echo.Repeat(m.EchoRequest(text="late", count=3, fail=9))
    seen = []
    e = fails(grpc.StatusCode.FAILED_PRECONDITION, lambda: seen.extend(call))
    assert len(seen) == 3 and e.details() == "late"


def bidirectional():
    turn = threading.Semaphore(1)

    def ask():
        for i in range(100):
            turn.acquire()
            yield m.EchoRequest(text=str(i))

    seen = []
    for reply in echo.Chat(ask()):
        seen.append(reply.text)
        turn.release()  # The next question waits for the answer to the last.
    assert seen == [str(i) for i in range(100)]


def status_and_message():
    text = "100 % schön\n\"quoted\" \u2713"
    e = fails(grpc.StatusCode.NOT_FOUND, lambda: echo.Unary(m.EchoRequest(text=text, fail=5)))
    assert e.details() == text, repr(e.details())


def status_details():
    e = fails(grpc.StatusCode.ABORTED, lambda: echo.Unary(m.EchoRequest(text="why", fail=10)))
    raw = dict(e.trailing_metadata())["grpc-status-details-bin"]
    status = status_pb2.Status.FromString(raw)
    info = status_pb2.ErrorInfo()
    assert status.code == 10 and status.message == "why" and status.details[0].Unpack(info)
    assert info.reason == "ASKED" and info.metadata["why"] == "asked"


def unknown_method():
    fails(grpc.StatusCode.UNIMPLEMENTED, lambda: echo.Missing(m.EchoRequest()))


def unknown_service():
    call = channel.unary_unary("/no.such.Service/Method")
    fails(grpc.StatusCode.UNIMPLEMENTED, lambda: call(b""))


def handler_throws():
    e = fails(grpc.StatusCode.UNKNOWN, lambda: echo.Unary(m.EchoRequest(text="throw")))
    assert "secret" not in e.details()


def deadline():
    fails(grpc.StatusCode.DEADLINE_EXCEEDED, lambda: echo.Unary(m.EchoRequest(text="wait"), timeout=0.2))


def cancellation():
    call = echo.Unary.future(m.EchoRequest(text="wait"))
    call.cancel()
    assert call.cancelled()


def metadata_both_ways():
    raw = bytes(range(256))
    reply, call = echo.Unary.with_call(m.EchoRequest(), metadata=(("x-text", "some text"), ("x-raw-bin", raw), ("x-raw-bin", b"")))
    head, tail = call.initial_metadata(), call.trailing_metadata()
    assert ("x-text", "some text") in head and ("x-trailer", "some text") in tail
    assert [v for k, v in head if k == "x-raw-bin"] == [raw, b""], head
    assert [v for k, v in tail if k == "x-trailer-bin"] == [raw, b""], tail


def metadata_of_a_failure():
    e = fails(grpc.StatusCode.NOT_FOUND, lambda: echo.Unary(m.EchoRequest(fail=5), metadata=(("x-text", "t"),)))
    assert ("x-trailer", "t") in e.trailing_metadata()


def gzip_both_ways():
    body = b"a" * 1000000
    reply, call = echo.Unary.with_call(m.EchoRequest(body=body), compression=grpc.Compression.Gzip)
    assert reply.body == body
    assert echo.Collect((m.EchoRequest(text="abc" * 500) for _ in range(20)), compression=grpc.Compression.Gzip).count == 20
    assert [x.body for x in echo.Repeat(m.EchoRequest(body=body, count=3), compression=grpc.Compression.Gzip)] == [body] * 3


def gzip_of_an_empty_message():
    assert echo.Unary(m.EchoRequest(), compression=grpc.Compression.Gzip).text == ""


def unknown_compression():
    fails(grpc.StatusCode.UNIMPLEMENTED, lambda: echo.Unary(m.EchoRequest(text="x" * 5000), compression=grpc.Compression.Deflate))


def message_at_the_limit():
    body = b"x" * (4 * 1024 * 1024 - 5)
    assert len(echo.Unary(m.EchoRequest(body=body)).body) == len(body)


def message_beyond_the_limit():
    fails(grpc.StatusCode.RESOURCE_EXHAUSTED, lambda: echo.Unary(m.EchoRequest(body=b"x" * (4 * 1024 * 1024))))


def message_beyond_the_limit_once_decompressed():
    fails(grpc.StatusCode.RESOURCE_EXHAUSTED, lambda: echo.Unary(m.EchoRequest(body=b"x" * (16 << 20)), compression=grpc.Compression.Gzip))


def health():
    check = channel.unary_unary("/grpc.health.v1.Health/Check", h.HealthCheckRequest.SerializeToString, h.HealthCheckResponse.FromString)
    assert check(h.HealthCheckRequest()).status == 1
    assert check(h.HealthCheckRequest(service="traceemesh.test.Echo")).status == 1
    fails(grpc.StatusCode.NOT_FOUND, lambda: check(h.HealthCheckRequest(service="nobody")))
    watch = channel.unary_stream("/grpc.health.v1.Health/Watch", h.HealthCheckRequest.SerializeToString, h.HealthCheckResponse.FromString)
    call = watch(h.HealthCheckRequest(service="nobody"))
    assert next(call).status == 3
    call.cancel()


def reflection():
    from google.protobuf import descriptor_pb2
    for version in ("v1", "v1alpha"):
        call = channel.stream_stream(f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo", r.ServerReflectionRequest.SerializeToString, r.ServerReflectionResponse.FromString)
        asked = [r.ServerReflectionRequest(list_services=""), r.ServerReflectionRequest(file_containing_symbol="traceemesh.test.Echo.Chat"), r.ServerReflectionRequest(file_containing_symbol="no.such")]
        services, files, error = list(call(iter(asked)))
        names = {s.name for s in services.list_services_response.service}
        assert {"traceemesh.test.Echo", "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"} == names, names
        file = descriptor_pb2.FileDescriptorProto.FromString(files.file_descriptor_response.file_descriptor_proto[0])
        assert file.package == "traceemesh.test" and len(file.service[0].method) == 5
        assert error.error_response.error_code == 5


for name, check in list(globals().items()):
    if callable(check) and getattr(check, "__module__", "") == "__main__" and name != "fails":
        try:
            check()
            print(name, "ok", flush=True)
        except Exception:
            print(name, traceback.format_exc().replace("\n", " | "), flush=True)
