using System.Collections.ObjectModel;
using TraceeMesh.Contracts;

namespace TraceeMesh.Capture;

/// <summary>One entry of a capture.</summary>
public abstract record CaptureEntry;

/// <summary>Where and when a capture was made; its first entry.</summary>
/// <param name="Node">Name of the node.</param>
/// <param name="Kernel">Release of its kernel; empty where it is not known.</param>
/// <param name="Recorder">Version of the program that recorded.</param>
/// <param name="Recorded">When recording began, ns since the epoch.</param>
public sealed record CaptureOrigin(string Node, string Kernel, string Recorder, long Recorded) : CaptureEntry;

/// <summary>A raw frame, as it travelled.</summary>
/// <param name="Arrived">When the bus stored it, ns since the epoch.</param>
/// <param name="Message">The message (docs/wire.md).</param>
public sealed record CapturedFrame(long Arrived, ReadOnlyMemory<byte> Message) : CaptureEntry;

/// <summary>What the enricher learned of a container from its runtime. What it did not learn is empty.</summary>
/// <param name="ContainerId">Full id of the container.</param>
/// <param name="Position">Offset of the record at which it was known, in the load of the frames around it; -1: from the beginning.</param>
/// <param name="Enrichment">Why it is not complete, as events say it; empty when it is.</param>
public sealed record CapturedAnswer(string ContainerId, long Position, string Enrichment) : CaptureEntry
{
    /// <summary>Name of the container.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its image.</summary>
    public string Image { get; init; } = "";

    /// <summary>Digest of its image.</summary>
    public string ImageDigest { get; init; } = "";

    /// <summary>Name of its pod.</summary>
    public string PodName { get; init; } = "";

    /// <summary>Namespace of its pod.</summary>
    public string PodNamespace { get; init; } = "";

    /// <summary>Uid of its pod.</summary>
    public string PodUid { get; init; } = "";

    /// <summary>Whether it is the sandbox of its pod.</summary>
    public bool PodSandbox { get; init; }

    /// <summary>Its labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = ReadOnlyDictionary<string, string>.Empty;
}

/// <summary>That there is a data source of the mesh, asked by signatures.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Id">Its id.</param>
/// <param name="Version">Version of its answers.</param>
/// <param name="Schema">Names and types of its answers, one flat JSON object.</param>
/// <param name="Keys">The kinds of key it takes.</param>
public sealed record CapturedSource(string Namespace, string Id, int Version, string Schema, IReadOnlyList<string> Keys) : CaptureEntry;

/// <summary>What a data source of the mesh held under a key from a moment on.</summary>
/// <param name="Arrived">From when on, ns since the epoch.</param>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Id">Its id.</param>
/// <param name="Key">The key.</param>
/// <param name="Values">What it answers; <see cref="DataValue.Nil"/>: the key is gone.</param>
public sealed record CapturedValue(long Arrived, string Namespace, string Id, DataValue Key, DataValue Values) : CaptureEntry;

/// <summary>The recording ended here, whole: without it the file was cut.</summary>
/// <param name="Frames">How many frames it has.</param>
/// <param name="Missed">Frames of the node that left the bus's stream before they could be recorded.</param>
public sealed record CaptureEnd(long Frames, long Missed) : CaptureEntry;
