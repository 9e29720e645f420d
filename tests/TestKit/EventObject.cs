using System.Text.Json.Nodes;

namespace TraceeMesh.TestKit;

/// <summary>Reads an event's JSON.</summary>
public static class EventObject
{
    extension(JsonObject e)
    {
        /// <summary>The value of an argument; null where it is absent.</summary>
        public JsonNode? Argument(string name) => e["args"]!.AsArray().FirstOrDefault(a => (string?)a!["name"] == name)?["value"];
    }
}
