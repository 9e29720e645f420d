using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using Microsoft.Extensions.Logging.Abstractions;
using TraceeMesh.Contracts.Mesh;
using TraceeMesh.Detector.Loading;
using TraceeMesh.Detector.Reporting;
using TraceeMesh.Signatures;
using TraceeMesh.TestKit;
using TraceeMesh.Tests.Unit.Detector.Engine;

namespace TraceeMesh.Tests.Unit.Detector.Loading;

/// <summary>An engine that follows a directory of signatures.</summary>
internal sealed class Followed : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly SignatureDirectory _signatures;
    private readonly SignaturesEndpoint _endpoint;
    private Task _following = Task.CompletedTask;
    private int _changes;

    private Followed(Func<Signature>[] builtIn)
    {
        Bench = new Bench(builtIn);
        _signatures = new SignatureDirectory(Directory.Path, Bench.Catalog, () => Interlocked.Increment(ref _changes), TimeProvider.System, NullLogger.Instance);
        _endpoint = new SignaturesEndpoint("d1", Bench.Catalog, _signatures);
    }

    public TemporaryDirectory Directory { get; } = new();

    public Bench Bench { get; }

    public int Changes => Volatile.Read(ref _changes);

    public IReadOnlyList<SignatureStatus> Signatures => _endpoint.List().Signatures;

    public static async Task<Followed> StartAsync(Action<TemporaryDirectory>? before = null, params Func<Signature>[] builtIn)
    {
        var followed = new Followed(builtIn);
        before?.Invoke(followed.Directory);
        await followed._signatures.LoadAsync(CancellationToken.None);
        followed._following = Task.Run(() => followed._signatures.RunAsync(followed._stop.Token));
        return followed;
    }

    /// <summary>Puts a file there in one step, as careful people do.</summary>
    public void Put(string name, byte[] content)
    {
        var path = Directory[name];
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path + ".new", content);
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>Waits until signatures are as they should be: <c>ID version state</c> each.</summary>
    public Task Until(params string[] signatures) =>
        TestWait.Until(() => Task.FromResult(Lines().SequenceEqual(signatures)), string.Join(", ", signatures), 30, () => string.Join('\n', Signatures));

    public SignatureStatus The(string id) => Signatures.Single(s => s.Id == id);

    /// <summary>How many assemblies of the directory are still in memory.</summary>
    public static int Contexts(string name) => AssemblyLoadContext.All.Count(c => c.Name == name);

    /// <summary>The assembly that a signature came from.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public WeakReference AssemblyOf(string id) => new(Bench.Catalog.Signatures.Single(s => s.Metadata.Id == id).Create().GetType().Assembly);

    /// <summary>Waits until nothing holds what was unloaded.</summary>
    public static Task UntilCollected(Func<bool> gone, string what) => TestWait.Until(
        () =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return gone();
        },
        what,
        30);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _signatures.Dispose();
        Bench.Dispose();
        Directory.Dispose();
        _stop.Dispose();
    }

    private IEnumerable<string> Lines() => Signatures.Select(s => $"{s.Id} {s.Version} {s.State}");
}
