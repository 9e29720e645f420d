using System.Diagnostics;
using TraceeMesh.Tests.Unit.Repository;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace TraceeMesh.Tests.Unit.Deploy;

/// <summary>Renders overlays with kubectl.</summary>
internal static class Kustomize
{
    /// <summary>Why it cannot; null when it can. Debian 12's kubernetes-client is 1.20, whose kustomize is of 2019 and cannot read these files.</summary>
    public static string? Obstacle { get; } = Version() is { } version && version.StartsWith("v5.", StringComparison.Ordinal)
        ? null
        : "it needs kubectl 1.27 or later, which Debian 12 does not have: https://kubernetes.io/docs/tasks/tools/ (without it only the files of the base are checked)";

    public static string Directory => Path.Combine(RepositoryFiles.Root, "aspire/deploy/kubernetes");

    public static IReadOnlyList<YamlMappingNode> Render(string overlay)
    {
        var (exitCode, output, errors) = Run("kustomize", Path.Combine(Directory, "overlays", overlay));
        Assert.True(exitCode == 0, errors);
        Assert.Equal("", errors);
        return ManifestYaml.Documents(output);
    }

    private static string? Version()
    {
        try
        {
            var (exitCode, output, _) = Run("version", "--client", "--output", "yaml");
            return exitCode == 0 ? ManifestYaml.Documents(output)[0].Text("kustomizeVersion") : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static (int ExitCode, string Output, string Errors) Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("kubectl", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }
}
