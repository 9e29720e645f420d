"""Streams a thousand random pairs of words into e2e_inst/demo, then writes bruh = moment, then ends under the name ds_writer.

The words of the stream are without bruh: it belongs to the last write of each of the writers, which go on side by side.

usage: writer.py DIRECTORY_OF_GENERATED_CODE ADDRESS
"""
import ctypes
import random
import sys

sys.path.insert(0, sys.argv[1])
import grpc  # noqa: E402
import datasource_pb2 as m  # noqa: E402
import datasource_pb2_grpc  # noqa: E402
from google.protobuf.struct_pb2 import Value  # noqa: E402

WORDS = ["yes", "no", "if", "then", "else", "for", "while", "salad", "bowl", "lettuce", "carrot", "moment", "onion"]
PR_SET_NAME = 15


def pair(key, value):
    return m.WriteDataSourceRequest(namespace="e2e_inst", id="demo", key=Value(string_value=key), value=Value(string_value=value))


with grpc.insecure_channel(sys.argv[2]) as channel:
    service = datasource_pb2_grpc.DataSourceServiceStub(channel)
    service.WriteStream((pair(random.choice(WORDS), random.choice(WORDS)) for _ in range(1000)), timeout=30)
    service.Write(pair("bruh", "moment"), timeout=30)
ctypes.CDLL(None).prctl(PR_SET_NAME, b"ds_writer")
