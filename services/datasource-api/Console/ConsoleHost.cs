using TraceeMesh.Bus;
using TraceeMesh.DataSourceApi.Access;
using TraceeMesh.DataSourceApi.Readiness;
using TraceeMesh.DataSourceApi.Services;
using TraceeMesh.DataSourceApi.Sources;
using TraceeMesh.ServiceDefaults;

namespace TraceeMesh.DataSourceApi.Console;

/// <summary>The console, put together: the page and the JSON API behind it (docs/console.md).</summary>
public sealed class ConsoleHost
{
    private readonly ConsoleGuard _guard;
    private readonly SignIn _signIn;
    private readonly LiveEndpoint _live;
    private readonly MeshPictures _pictures;
    private readonly Action<WebApplication>[] _endpoints;

    /// <summary>Puts it together.</summary>
    /// <param name="host">The bus, the log, the counters.</param>
    /// <param name="view">Which services there are.</param>
    /// <param name="jetStream">The streams.</param>
    /// <param name="sources">The data sources of the mesh.</param>
    /// <param name="desk">Writes those that are served here.</param>
    /// <param name="policy">Who may do what.</param>
    public ConsoleHost(MeshHost host, MeshView view, JetStream jetStream, OtherSources sources, SourceDesk desk, AccessPolicy policy)
    {
        var counters = new ConsoleCounters(host.Counters);
        var questions = new SourceQuestions(host.Bus, host.Subjects);
        _signIn = new SignIn(policy);
        _guard = new ConsoleGuard(_signIn, host.Counters, host.Log);
        _pictures = new MeshPictures(host, view, jetStream);
        _live = new LiveEndpoint(new FindingsTail(jetStream, host.Streams.Findings, counters), _pictures, counters, host.Log);
        _endpoints =
        [
            _signIn.Map,
            _live.Map,
            new FindingsEndpoints(jetStream, host.Streams.Findings, questions).Map,
            new MeshEndpoint(_pictures).Map,
            new SignaturesEndpoint(host, view).Map,
            new SourcesEndpoints(sources, questions, desk).Map,
            new ConsolePages().Map,
        ];
    }

    /// <summary>Answers requests.</summary>
    public void Map(WebApplication web)
    {
        _guard.Use(web);
        foreach (var map in _endpoints)
        {
            map(web);
        }
    }

    /// <summary>Follows the mesh for those who look, until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellation)
    {
        _live.EndWith(cancellation);
        return _pictures.RunAsync(cancellation);
    }
}
