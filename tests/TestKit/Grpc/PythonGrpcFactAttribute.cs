using Xunit;

namespace TraceeMesh.TestKit.Grpc;

/// <summary>A test that needs Debian's Python client of gRPC; skipped, with the reason, where it cannot be had.</summary>
public sealed class PythonGrpcFactAttribute : FactAttribute
{
    public PythonGrpcFactAttribute() => Skip = PythonClient.Missing;
}

/// <summary>The same for a theory.</summary>
public sealed class PythonGrpcTheoryAttribute : TheoryAttribute
{
    public PythonGrpcTheoryAttribute() => Skip = PythonClient.Missing;
}
