using System.Text.Json;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;

namespace TraceeMesh.DataSourceApi.Console;

/// <summary>The answer of a data source, for the page.</summary>
internal static class LookupAnswer
{
    /// <summary>Writes its properties.</summary>
    public static void Write(Utf8JsonWriter json, LookupResult result)
    {
        json.WriteString("status", result.Status.Name());
        if (result.Status == LookupStatus.Found)
        {
            json.WritePropertyName("values");
            EventJson.WriteValue(json, result.Values);
        }

        if (result.Enrichment.Length > 0)
        {
            json.WriteString("enrichment", result.Enrichment);
        }
    }
}
