using System.Net;
using TraceeMesh.Cli.Connection;

namespace TraceeMesh.Cli.Up;

/// <summary>What a local mesh was asked to be. An address is null when none was asked for.</summary>
public sealed record UpOptions(StateDirectory State, string Node)
{
    public const int DefaultNatsPort = 4222;
    public const int DefaultGrpcPort = 4466;
    public const int DefaultHttpPort = 3366;

    public int Detectors { get; init; } = 1;

    public int DataSourceApis { get; init; } = 1;

    public int? NatsPort { get; init; }

    public IPEndPoint? Grpc { get; init; }

    public IPEndPoint? Http { get; init; }

    /// <summary>The directory with the declarations of data sources, absolute.</summary>
    public string? Sources { get; init; }

    /// <summary>The directory with data sources coded in C#, absolute.</summary>
    public string? Plugins { get; init; }

    /// <summary>The operator's directory of signatures, absolute; that of the state directory when null.</summary>
    public string? Signatures { get; init; }

    /// <summary>The capture that is replayed in the place of a collector, absolute; null for a collector.</summary>
    public string? Replay { get; init; }

    /// <summary>How fast, as <c>tmesh replay --speed</c> takes it.</summary>
    public string ReplaySpeed { get; init; } = "1x";

    /// <summary>Whether everything the services print is shown.</summary>
    public bool Verbose { get; init; }
}
