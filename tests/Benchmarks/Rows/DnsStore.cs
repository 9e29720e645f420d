using System.Runtime.CompilerServices;
using TraceeMesh.Contracts;
using TraceeMesh.Enricher;
using TraceeMesh.Enricher.Dns;
using TraceeMesh.Enricher.Lookups;
using TraceeMesh.TestKit.Dns;

namespace TraceeMesh.Benchmarks.Rows;

/// <summary>The DNS cache in process: an answer with an alias and an address read and added, new ones and known ones; questions by name and by address. CPU time, best of several runs.</summary>
internal sealed class DnsStore : IBenchmark
{
    // Each is three nodes, which the store holds at once.
    private const int Names = 20_000;
    private const int Runs = 5;
    private const double AddTarget = 1500;
    private const double NameTarget = 400;
    private const double AddressTarget = 500;
    private const long Second = 1_000_000_000;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RunTime = TimeSpan.FromMilliseconds(200);

    private readonly byte[][] _messages = [.. Enumerable.Range(0, Names).Select(Message)];
    private readonly DataValue[] _names = [.. Enumerable.Range(0, Names).Select(i => DataValue.Of($"www{i}.example.com"))];
    private readonly DataValue[] _addresses = [.. Enumerable.Range(0, Names).Select(i => DataValue.Of(Address(i)))];

    public string Name => "dns";

    public string? Obstacle => null;

    public async IAsyncEnumerable<Row> Run(bool quick, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        var copy = new Dictionary<string, string>();
        var reference = Best(quick, i => copy[_names[i].Text] = _addresses[i].Text, copy.Clear);
        yield return Row.AtMost($"{Name} dictionary of strings", reference, "ns", null);

        yield return Row.AtMost($"{Name} parse", Best(quick, i => DnsMessage.TryRead(_messages[i], isCut: false, out _)), "ns", null, reference);

        var stores = new NodeStores();
        yield return Row.AtMost($"{Name} add new", Best(quick, i => Add(stores, i), () => stores.Dns.Clear(StorePosition.Beginning, 0)), "ns", AddTarget, reference);
        yield return Row.AtMost($"{Name} add known", Best(quick, i => Add(stores, i)), "ns", AddTarget, reference);

        var small = new NodeStores(dnsCapacity: Names / 4);
        yield return Row.AtMost($"{Name} add to a full store", Best(quick, i => Add(small, i)), "ns", AddTarget, reference);

        var source = new DnsSource(stores, TimeProvider.System);
        var at = new AsOf(new StorePosition(0, Names), Second, 0);
        yield return Row.AtMost($"{Name} by name", Best(quick, i => source.Answer(_names[i], at)), "ns", NameTarget, reference);
        yield return Row.AtMost($"{Name} by address", Best(quick, i => source.Answer(_addresses[i], at)), "ns", AddressTarget, reference);
    }

    private static byte[] Message(int i) => DnsBuilder.Response(
        $"www{i}.example.com",
        DnsBuilder.A,
        ($"www{i}.example.com", DnsBuilder.Cname, 300, $"edge{i}.example.net"),
        ($"edge{i}.example.net", DnsBuilder.A, 300, Address(i)));

    private static string Address(int i) => $"10.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255}";

    private void Add(NodeStores stores, int i)
    {
        _ = DnsMessage.TryRead(_messages[i], isCut: false, out var message);
        stores.Dns.Add(message, new StorePosition(0, i), i);
    }

    // ns of CPU time for one call, garbage collection included, over all names again and again.
    private static double Best(bool quick, Action<int> act, Action? prepare = null)
    {
        var best = double.MaxValue;
        for (var run = 0; run < (quick ? 2 : Runs); run++)
        {
            // The first one lasts until the compiler knows what is hot.
            var (spent, calls) = (TimeSpan.Zero, 0L);
            while (spent < (run == 0 && !quick ? WarmUp : RunTime))
            {
                prepare?.Invoke();
                var started = Environment.CpuUsage.TotalTime;
                for (var i = 0; i < Names; i++)
                {
                    act(i);
                }

                spent += Environment.CpuUsage.TotalTime - started;
                calls += Names;
            }

            best = Math.Min(best, spent.TotalNanoseconds / calls);
        }

        return best;
    }
}
