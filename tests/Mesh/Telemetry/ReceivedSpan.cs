namespace TraceeMesh.Tests.Mesh.Telemetry;

/// <summary>A span as it was exported; ids in hexadecimal, the parent's empty where there is none.</summary>
internal sealed record ReceivedSpan(string Trace, string Id, string Parent, string Name);
