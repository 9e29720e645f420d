using System.CommandLine;
using TraceeMesh.Cli.Lookups;
using TraceeMesh.Contracts.Lookups;

namespace TraceeMesh.Cli.Commands;

/// <summary><c>tmesh containers</c>: the containers of the nodes, now or as of a time.</summary>
internal static class ContainersCommand
{
    public static Command Create() => ListingOptions.Create(
        "containers",
        "List containers",
        "containers",
        $"{"CONTAINER",-12} {"NAME",-24} {"IMAGE",-32} {"POD",-32} NODE",
        Line);

    private static string Line(string node, SourceEntry entry)
    {
        var pod = Fields.Text(Fields.Of(entry.Values, "k8s_pod_name"));
        var place = Fields.Text(Fields.Of(entry.Values, "k8s_pod_namespace"));
        return $"{Fields.Text(entry.Key, 12).TrimEnd('…'),-12} {Fields.Text(Fields.Of(entry.Values, "container_name")),-24} {Fields.Text(Fields.Of(entry.Values, "container_image")),-32} {(pod.Length > 0 ? $"{place}/{pod}" : ""),-32} {node}";
    }
}
