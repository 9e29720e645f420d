using System.Text;
using System.Text.Json.Nodes;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Findings;
using TraceeMesh.TestKit;

namespace TraceeMesh.Tests.Browser;

/// <summary>A finding as a detector publishes it, made of a captured one.</summary>
internal sealed class FindingMessage
{
    private static readonly string Captured = File.ReadLines(SourceTree.File("tests/captures/illegitimate_shell.findings")).First();

    private readonly JsonObject _json = JsonNode.Parse(Captured)!.AsObject();

    private FindingMessage(string eventName, Severity severity)
    {
        _json["eventName"] = eventName;
        _json["timestamp"] = (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
        _json["metadata"]!["Properties"]!["Severity"] = (int)severity;
        _json["mesh"]!["id"] = Id;
        Subject = new Subjects().Finding(severity.Name(), eventName, "test-node");
    }

    public string Id { get; } = Guid.NewGuid().ToString("N");

    public string Subject { get; }

    public byte[] Payload => Encoding.UTF8.GetBytes(_json.ToJsonString());

    public static FindingMessage Of(string eventName, Severity severity = Severity.Low) => new(eventName, severity);

    public FindingMessage By(string processName)
    {
        _json["processName"] = processName;
        return this;
    }

    public FindingMessage Named(string signatureName)
    {
        _json["metadata"]!["Properties"]!["signatureName"] = signatureName;
        return this;
    }

    public FindingMessage In(string containerName, string podName, string node)
    {
        _json["containerId"] = new string('c', 64);
        _json["container"] = new JsonObject { ["id"] = new string('c', 64), ["name"] = containerName };
        _json["kubernetes"] = new JsonObject { ["podName"] = podName, ["podNamespace"] = "shop" };
        _json["mesh"]!["node"] = node;
        return this;
    }

    public FindingMessage With(string argument, string value)
    {
        _json["args"]!.AsArray().Insert(0, new JsonObject { ["name"] = argument, ["type"] = "const char*", ["value"] = value });
        return this;
    }

    public FindingMessage Asking(string @namespace, string id, string key, string status)
    {
        _json["mesh"]!["lookups"] = new JsonArray(new JsonObject { ["namespace"] = @namespace, ["id"] = id, ["key"] = key, ["status"] = status, ["values"] = new JsonObject { ["allowed"] = false } });
        return this;
    }

    public FindingMessage Missing(long lost)
    {
        _json["mesh"]!["completeness"] = new JsonObject { ["state"] = "incomplete", ["lost"] = lost, ["reasons"] = new JsonObject { ["ring_full"] = lost }, ["from"] = 100, ["to"] = 100 + lost };
        return this;
    }
}
