using System.Diagnostics;
using System.Text.Json.Nodes;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Images;

/// <summary>The bill of materials of what goes into the images.</summary>
/// <param name="mesh">Whoever has it has the published services.</param>
[Collection(ImageMeshCollection.Name)]
public sealed class BillOfMaterialsTests(ImageMesh mesh)
{
    [ImageTheory]
    [InlineData("collector", "collector")]
    [InlineData("enricher", "service")]
    [InlineData("detector", "service")]
    [InlineData("datasource-api", "service")]
    public void Bill_NamesEveryFileThatIsShippedOnce(string service, string image)
    {
        Assert.NotNull(mesh);
        var (app, libraries) = (SourceTree.File($"artifacts/images/{service}/app"), SourceTree.File($"artifacts/images/base-{image}"));

        var (exitCode, text, errors) = Bill(app, libraries);

        Assert.True(exitCode == 0, errors);
        var bill = JsonNode.Parse(text)!;
        var named = bill["components"]!.AsArray().Append(bill["metadata"]!["component"]).SelectMany(c => c!["components"]!.AsArray()).Select(f => (string)f!["name"]!).ToList();
        var shipped = Files(app).Concat(Files(libraries).Where(f => !f.StartsWith("etc/", StringComparison.Ordinal))).ToList();
        Assert.Equal(shipped.Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
        Assert.Contains("pkg:deb/debian/libnats3.4@", text, StringComparison.Ordinal);
    }

    [ImageFact]
    public void Bill_OfAFolderWithAFileOfNobody_IsRefused()
    {
        using var directory = new TemporaryDirectory();
        foreach (var file in Directory.EnumerateFiles(SourceTree.File("artifacts/images/detector/app")))
        {
            File.Copy(file, directory[Path.GetFileName(file)]);
        }

        File.WriteAllText(directory["stranger.so"], "");

        var (exitCode, _, errors) = Bill(directory.Path);

        Assert.Equal(1, exitCode);
        Assert.Contains("stranger.so", errors, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Files(string directory) =>
        Directory.EnumerateFiles(directory, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }).Select(f => Path.GetRelativePath(directory, f));

    private static (int ExitCode, string Text, string Errors) Bill(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(SourceTree.File("aspire/deploy/sbom"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, text, errors.Result);
    }
}
