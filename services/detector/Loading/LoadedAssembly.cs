using TraceeMesh.Detector.Engine;
using TraceeMesh.Plugins;
using TraceeMesh.Signatures;

namespace TraceeMesh.Detector.Loading;

/// <summary>An assembly of the directory and what was made of it.</summary>
/// <param name="file">The assembly.</param>
internal sealed class LoadedAssembly(AssemblyFile file)
{
    private PluginLoadContext? _context;
    private IReadOnlyList<(string Type, Func<Signature> Create)> _factories = [];
    private List<Func<Signature>> _missing = [];

    /// <summary>The content that was looked at last.</summary>
    public string Stamp { get; private set; } = "";

    /// <summary>Why the content looked at last is not what is loaded; null when it is.</summary>
    public string? Failure { get; private set; }

    /// <summary>Ids of its signatures that are loaded.</summary>
    public HashSet<string> Ids { get; } = [];

    /// <summary>Those that were refused.</summary>
    public IReadOnlyList<RefusedSignature> Refused { get; private set; } = [];

    /// <summary>What makes those that are to be tried.</summary>
    public IReadOnlyList<Func<Signature>> Missing => _missing;

    /// <summary>Reads the assembly anew. What was loaded of it before stays what it is when that fails.</summary>
    /// <param name="stamp">Its content.</param>
    /// <param name="left">Where the content before lives, to be unloaded when nobody uses it any more, and the ids of its signatures.</param>
    /// <returns>Whether it succeeded.</returns>
    public bool TryLoad(string stamp, out (PluginLoadContext? Context, IReadOnlyList<string> Ids) left)
    {
        (Stamp, left) = (stamp, (null, []));
        var context = new PluginLoadContext(file, SignatureAssembly.Sdk);
        try
        {
            var factories = SignatureAssembly.FindTypes(context.Load()).ToList();
            if (factories.Count == 0)
            {
                throw new PluginLoadException("it holds no signature: a public class that derives from Signature and has a constructor without parameters");
            }

            left = Leave();
            (_context, _factories, _missing, Failure) = (context, factories, [.. factories.Select(f => f.Create)], null);
            return true;
        }
        catch (Exception e)
        {
            // Whatever an assembly can make its loader throw.
            Failure = e.Message;
            context.Unload();
            return false;
        }
    }

    /// <summary>Lets go of what is loaded.</summary>
    public (PluginLoadContext? Context, IReadOnlyList<string> Ids) Leave()
    {
        var left = (_context, (IReadOnlyList<string>)[.. Ids]);
        (_context, _factories, _missing, Refused) = (null, [], [], []);
        Ids.Clear();
        return left;
    }

    /// <summary>Enters what became of those that were missing.</summary>
    /// <returns>Ids of those loaded.</returns>
    public IReadOnlyList<string> Enter(SignatureChange change)
    {
        var added = change.Added.Where(a => _missing.Contains(a.Create)).Select(a => a.Metadata.Id).ToList();
        var refused = change.Refused.Where(r => _missing.Contains(r.Create)).ToList();
        Refused = [.. Refused.Where(r => r.Metadata is null), .. refused];

        // What could not even say who it is is not asked again before its file changes; an id may become free.
        _missing = [.. refused.Where(r => r.Metadata is not null).Select(r => r.Create)];
        Ids.UnionWith(added);
        return added;
    }

    /// <summary>The type that it makes.</summary>
    public string TypeOf(Func<Signature> create) => _factories.First(f => f.Create == create).Type;
}
