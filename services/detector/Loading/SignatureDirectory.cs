using Microsoft.Extensions.Logging;
using TraceeMesh.Detector.Choosing;
using TraceeMesh.Detector.Engine;
using TraceeMesh.Plugins;

namespace TraceeMesh.Detector.Loading;

/// <summary>
/// The operator's directory: assemblies of signatures, and <c>signatures.yaml</c> with what was decided about them. Looked through at
/// start and whenever something changes in it; what changed takes effect between two frames, in one step.
/// </summary>
public sealed partial class SignatureDirectory : IDisposable
{
    /// <summary>Assemblies taken; further ones, in order of their names, are not.</summary>
    public const int MaxAssemblies = 256;

    /// <summary>A file is taken when it has not changed for so long: one that is being copied is not half of one.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(100);

    /// <summary>How often the directory is looked through although nothing was noticed.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private const string Gone = "";

    private readonly string _path;
    private readonly SignatureCatalog _catalog;
    private readonly SettingsFile _settings;
    private readonly Action _changed;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly SortedDictionary<string, LoadedAssembly> _assemblies = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private Dictionary<string, string> _unsettled = [];
    private Dictionary<string, string> _seenBefore = [];
    private readonly SemaphoreSlim _noticed = new(0, 1);
    private volatile IReadOnlyList<SignatureReport> _failures = [];
    private bool _isGone;
    private bool _hasTooMany;

    /// <summary>A directory that has not been looked through yet.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="catalog">The signatures that are loaded.</param>
    /// <param name="changed">Called when signatures came, changed or went.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">The log.</param>
    public SignatureDirectory(string path, SignatureCatalog catalog, Action changed, TimeProvider time, ILogger log)
    {
        (_path, _catalog, _changed, _time, _log) = (path, catalog, changed, time, log);
        _settings = new SettingsFile(Path.Combine(path, SettingsFile.Name), log);
    }

    /// <summary>What of it could not be loaded, each as a signature that failed.</summary>
    public IReadOnlyList<SignatureReport> Failures => _failures;

    /// <summary>Looks through the directory for the first time.</summary>
    public Task LoadAsync(CancellationToken cancellation) => LookAsync(settled: false, cancellation);

    /// <summary>Follows the directory until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var watcher = Watch();
        while (true)
        {
            using var next = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            await using var timer = _time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), next, _unsettled.Count > 0 ? Settling : Interval, Timeout.InfiniteTimeSpan);
            try
            {
                await _noticed.WaitAsync(next.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                // Time to look anyway.
            }

            await LookAsync(settled: true, cancellation);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _noticed.Dispose();

    private FileSystemWatcher? Watch()
    {
        FileSystemWatcher? watcher = null;
        try
        {
            watcher = new FileSystemWatcher(_path) { IncludeSubdirectories = true };
            watcher.Created += (_, _) => Notice();
            watcher.Changed += (_, _) => Notice();
            watcher.Deleted += (_, _) => Notice();
            watcher.Renamed += (_, _) => Notice();
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (Exception e) when (e is IOException or ArgumentException)
        {
            // The system's watches are used up, say.
            watcher?.Dispose();
            LogNotWatched(_log, _path, e.Message, Interval);
            return null;
        }
    }

    private void Notice()
    {
        lock (_gate)
        {
            if (_noticed.CurrentCount == 0)
            {
                _noticed.Release();
            }
        }
    }

    /// <summary>Takes what changed since the last look.</summary>
    /// <param name="settled">Whether a change waits until the next look finds it the same.</param>
    /// <param name="cancellation">Gives up waiting for partitions to change over.</param>
    private async Task LookAsync(bool settled, CancellationToken cancellation)
    {
        if (Find() is not { } found)
        {
            return;
        }

        (_seenBefore, _unsettled) = (_unsettled, []);
        var stamps = found.Select(f => (File: f, Stamp: f.Stamp())).Where(f => f.Stamp is not null).ToDictionary(f => f.File.Name, f => (f.File, Stamp: f.Stamp!));
        var changed = stamps.Values.Where(f => _assemblies.GetValueOrDefault(f.File.Name)?.Stamp != f.Stamp && IsSettled(f.File.Name, f.Stamp, settled)).ToList();

        // Removing a file and putting another there is how some tools replace it.
        var gone = _assemblies.Keys.Where(name => !stamps.ContainsKey(name) && IsSettled(name, Gone, settled)).ToList();
        if (_settings.Stamp() is var stamp && stamp != _settings.Read && IsSettled(SettingsFile.Name, stamp, settled))
        {
            _settings.Load(stamp);
            await _catalog.DecideAsync(_settings.Decided, cancellation);
            WarnOfUnknown();
            _changed();
        }
        else if (changed.Count + gone.Count == 0)
        {
            return;
        }

        if (changed.Count + gone.Count > 0)
        {
            await ChangeAsync(changed, gone, cancellation);
            _changed();
        }

        Tell();
    }

    private async Task ChangeAsync(List<(AssemblyFile File, string Stamp)> changed, List<string> gone, CancellationToken cancellation)
    {
        var (leaving, remove) = (new List<PluginLoadContext>(), new List<string>());
        foreach (var name in gone)
        {
            _assemblies.Remove(name, out var assembly);
            var left = assembly!.Leave();
            LogGone(_log, name, string.Join(", ", left.Ids));
            Remove(left);
        }

        foreach (var (file, stamp) in changed)
        {
            var assembly = _assemblies.TryGetValue(file.Name, out var known) ? known : _assemblies[file.Name] = new LoadedAssembly(file);
            if (!assembly.TryLoad(stamp, out var left))
            {
                LogNotLoaded(_log, file.Name, assembly.Failure!);
            }

            Remove(left);
        }

        // In order of their files: of two signatures with one id it is always the same one that is refused, until the other one goes.
        var change = await _catalog.ChangeAsync(_assemblies.Values.SelectMany(a => a.Missing), remove, cancellation);
        foreach (var (name, assembly) in _assemblies)
        {
            if (assembly.Enter(change) is { Count: > 0 } added)
            {
                LogLoaded(_log, name, string.Join(", ", added));
            }
        }

        leaving.ForEach(l => l.Unload());

        void Remove((PluginLoadContext? Context, IReadOnlyList<string> Ids) left)
        {
            remove.AddRange(left.Ids);
            if (left.Context is { } context)
            {
                leaving.Add(context);
            }
        }
    }

    /// <summary>The assemblies there are, in order of their names; null when the directory cannot be read, and what is loaded stays.</summary>
    private List<AssemblyFile>? Find()
    {
        try
        {
            var all = PluginDirectory.Find(_path, SignatureAssembly.Sdk);
            if (all.Count > MaxAssemblies && !_hasTooMany)
            {
                LogTooMany(_log, _path, all.Count, MaxAssemblies);
            }

            (_isGone, _hasTooMany) = (false, all.Count > MaxAssemblies);
            return all.Take(MaxAssemblies).ToList();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What is no longer looked for must not look like what is not there.
            if (!_isGone)
            {
                LogNotReadable(_log, _path, e.Message);
            }

            _isGone = true;
            return null;
        }
    }

    private bool IsSettled(string name, string stamp, bool settled)
    {
        if (!settled || _seenBefore.GetValueOrDefault(name) == stamp)
        {
            return true;
        }

        _unsettled[name] = stamp;
        return false;
    }

    private void WarnOfUnknown()
    {
        foreach (var id in _settings.Decided.Keys.Where(id => _catalog.Signatures.All(s => s.Metadata.Id != id)))
        {
            LogDecidedUnknown(_log, id);
        }
    }

    private void Tell()
    {
        var failures = new List<SignatureReport>();
        foreach (var (name, assembly) in _assemblies)
        {
            if (assembly.Failure is { } failure)
            {
                failures.Add(SignatureReport.Failed(name, "", "", failure + (assembly.Ids.Count > 0 ? "; what was loaded of it before goes on" : "")));
            }

            failures.AddRange(assembly.Refused.Select(r => SignatureReport.Failed(r.Metadata?.Id ?? assembly.TypeOf(r.Create), r.Metadata?.EventName ?? "", r.Metadata?.Version ?? "", $"{r.Reason} (in {name})")));
        }

        if (_settings.Failure is { } wrong)
        {
            failures.Add(SignatureReport.Failed(SettingsFile.Name, "", "", wrong + "; what was decided before holds"));
        }

        _failures = failures;
    }

    [LoggerMessage(120, LogLevel.Information, "{Name}: loaded {Ids}")]
    private static partial void LogLoaded(ILogger log, string name, string ids);

    [LoggerMessage(121, LogLevel.Error, "{Name} is not loaded: {Reason}")]
    private static partial void LogNotLoaded(ILogger log, string name, string reason);

    [LoggerMessage(122, LogLevel.Information, "{Name} is gone, and {Ids} with it")]
    private static partial void LogGone(ILogger log, string name, string ids);

    [LoggerMessage(123, LogLevel.Warning, "{Path} cannot be watched, so it is looked through every {Interval}: {Reason}")]
    private static partial void LogNotWatched(ILogger log, string path, string reason, TimeSpan interval);

    [LoggerMessage(124, LogLevel.Error, "{Path} cannot be read, and what was loaded from it stays: {Reason}")]
    private static partial void LogNotReadable(ILogger log, string path, string reason);

    [LoggerMessage(125, LogLevel.Error, "{Path} holds {Count} assemblies, of which the first {Max} are taken")]
    private static partial void LogTooMany(ILogger log, string path, int count, int max);

    [LoggerMessage(126, LogLevel.Warning, "signatures.yaml decides about {Id}, a signature that is not loaded")]
    private static partial void LogDecidedUnknown(ILogger log, string id);
}
