using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using TraceeMesh.Contracts.Containers;
using TraceeMesh.Contracts.Records;
using TraceeMesh.Enricher;
using TraceeMesh.Enricher.Containers;
using TraceeMesh.Enricher.Containers.Runtimes;
using TraceeMesh.Enricher.Enrichment;

namespace TraceeMesh.Benchmarks.Rows;

/// <summary>What the enricher does with containers in its own memory: finds one by its id, finds the id in a cgroup path, keeps them.</summary>
internal sealed class ContainerIdentity : IBenchmark
{
    private const double LookupTargetNanoseconds = 60;
    private const double PathTargetNanoseconds = 200;
    private const double ContainerTargetBytes = 2048;
    private const int Containers = 4096;

    private const string HostPath = "/user.slice/user-1000.slice/user@1000.service/app.slice/app-org.gnome.Terminal.slice/vte-spawn-3a5e1c1f-6e2c-4e0f-9d0a-3c1f5a7b9e11.scope";
    private const string PodPath = "/kubepods/burstable/pod3f1c0000-0000-4000-8000-000000000001/";

    public string Name => "container-identity";

    public string? Obstacle => null;

    public async IAsyncEnumerable<Row> Run(bool quick, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        var ids = Enumerable.Range(0, Containers).Select(i => Encoding.UTF8.GetBytes(Id(i))).ToArray();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var store = Fill(ids);
        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)Containers;

        // The same question to the framework's own dictionary of strings.
        var reference = ids.ToDictionary(Encoding.UTF8.GetString);
        var names = ids.Select(Encoding.UTF8.GetString).ToArray();
        var (plain, _) = Loop.Measure(quick, i => reference[names[i & (Containers - 1)]].Length);
        var (lookup, lookupBytes) = Loop.Measure(quick, i => store.FindAll(ids[i & (Containers - 1)]).Length);

        byte[] host = [.. Encoding.UTF8.GetBytes(HostPath)], pod = [.. Encoding.UTF8.GetBytes(PodPath), .. ids[0]];
        var (none, noneBytes) = Loop.Measure(quick, _ => CgroupPath.TryParse(host, out var identity) ? 1 : 0);
        var (found, foundBytes) = Loop.Measure(quick, _ => CgroupPath.TryParse(pod, out var identity) ? identity.ContainerId.Length : 0);

        yield return Row.AtMost($"{Name} lookup by id", lookup, "ns", LookupTargetNanoseconds, reference: plain);
        yield return Row.AtMost($"{Name} lookup by id allocates", lookupBytes, "bytes", 0);
        yield return Row.AtMost($"{Name} path of a container", found, "ns", PathTargetNanoseconds);
        yield return Row.AtMost($"{Name} path of a container allocates", foundBytes, "bytes", 0);
        yield return Row.AtMost($"{Name} path of the host", none, "ns", PathTargetNanoseconds);
        yield return Row.AtMost($"{Name} path of the host allocates", noneBytes, "bytes", 0);
        yield return Row.AtMost($"{Name} memory of each", each, "bytes", ContainerTargetBytes);
        GC.KeepAlive(store);
    }

    private static string Id(int number) => number.ToString("x64", CultureInfo.InvariantCulture);

    // As on a host with both versions of cgroups: two directories of each, and all that its runtime knows but labels.
    private static ContainerStore Fill(byte[][] ids)
    {
        var store = new ContainerStore();
        for (var i = 0; i < ids.Length; i++)
        {
            var at = new Moment(new StorePosition(0, i), i);
            byte[] path = [.. "/docker/"u8, .. ids[i]];
            var container = store.Made(new CgroupBody { CgroupId = (ulong)i + 1 }, path, at)!;
            store.Made(new CgroupBody { CgroupId = (ulong)i + 1, HierarchyId = 4 }, path, at);
            store.Learn(container, EnrichmentState.Complete, new ContainerFacts(new ContainerDetails
            {
                Name = $"cart-{i}",
                Image = $"registry.example.org/shop/cart:1.4.{i}",
                ImageDigest = $"registry.example.org/shop/cart@sha256:{Id(i)}",
                PodName = $"cart-5d9c7b6f4-{i:x5}",
                PodNamespace = "shop",
                PodUid = $"3f1c0000-0000-4000-8000-{i:d12}",
            }));
        }

        store.ClearFresh();
        return store;
    }
}
