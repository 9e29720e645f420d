using System.Diagnostics;
using TraceeMesh.Tests.Unit.Repository;
using Xunit;

namespace TraceeMesh.Tests.Unit.Deploy;

/// <summary>The SDK as packages: a project that has nothing but them makes a signature and judges an event with it.</summary>
public sealed class PackageTests : IDisposable
{
    private static readonly string[] Packages = ["TraceeMesh.Contracts", "TraceeMesh.MessagePack", "TraceeMesh.Signatures", "TraceeMesh.Signatures.Testing"];

    private readonly string _directory = Directory.CreateTempSubdirectory("traceemesh-packages-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    [Trait("Length", "long")]
    public void Packages_AreEnoughForASignatureAndItsTest()
    {
        var feed = Path.Combine(_directory, "feed");
        foreach (var package in Packages)
        {
            Dotnet(RepositoryFiles.Root, "pack", $"shared/{package}", "-c", "Release", "--no-build", "--nologo", "-o", feed);
        }

        var consumer = Directory.CreateDirectory(Path.Combine(_directory, "consumer")).FullName;
        File.WriteAllText(Path.Combine(consumer, "consumer.csproj"), """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <RestoreSources>../feed</RestoreSources>
                <RestorePackagesPath>../packages</RestorePackagesPath>
                <InvariantGlobalization>true</InvariantGlobalization>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="TraceeMesh.Signatures.Testing" Version="[0.1.0]" />
                <PackageReference Include="TraceeMesh.MessagePack" Version="[0.1.0]" />
              </ItemGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(consumer, "Program.cs"), """
            using TraceeMesh.Contracts.Events;
            using TraceeMesh.MessagePack;
            using TraceeMesh.Signatures;
            using TraceeMesh.Signatures.Testing;

            var e = EventMaker.Make("ptrace", ("request", 0));
            Console.WriteLine($"{e.Definition.Name} {new EveryPtrace().Metadata.Id} {EventFrameCodec.Version}");

            internal sealed class EveryPtrace : Signature
            {
                public override SignatureMetadata Metadata { get; } = new("EX-9", "every_ptrace");

                public override IReadOnlyList<EventSelector> SelectedEvents { get; } = [new("tracee", "ptrace")];

                public override ValueTask OnEvent(Event e, CancellationToken cancellation) => default;
            }
            """);

        Assert.Equal("ptrace EX-9 3", Dotnet(consumer, "run", "-c", "Release").Trim());
        Assert.All(Packages, p => Assert.True(Directory.Exists(Path.Combine(_directory, "packages", p.ToLowerInvariant())), p));
    }

    private static string Dotnet(string directory, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output + errors.Result);
        return output;
    }
}
