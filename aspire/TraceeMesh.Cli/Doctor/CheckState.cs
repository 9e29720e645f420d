using System.Text.Json.Serialization;

namespace TraceeMesh.Cli.Doctor;

/// <summary>How a check ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CheckState>))]
public enum CheckState
{
    /// <summary>It is as the mesh wants it.</summary>
    [JsonStringEnumMemberName("ok")]
    Ok,

    /// <summary>The mesh runs, with less.</summary>
    [JsonStringEnumMemberName("warn")]
    Warn,

    /// <summary>The mesh does not run.</summary>
    [JsonStringEnumMemberName("fail")]
    Fail,
}
