using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Enricher;
using TraceeMesh.Enricher.Dns;
using TraceeMesh.Enricher.Lookups;
using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Dns;
using Xunit;

namespace TraceeMesh.Tests.Unit.Enricher.Dns;

/// <summary>What is kept of answers, and what questions get of it.</summary>
public sealed class DnsCacheTests
{
    private const long Second = 1_000_000_000;
    private const uint Load = 7;

    private readonly NodeStores _stores = new();
    private readonly DnsSource _source;
    private readonly ManualTime _time = new();
    private long _offset;
    private long _now = 1000 * Second;

    public DnsCacheTests()
    {
        _stores.BeginLoad(Load);
        _stores.Dns.Begin(new StorePosition(0, 0), _now);
        _source = new DnsSource(_stores, _time);
    }

    [Fact]
    public void Name_WithAliases_GivesTheChainAndTheAddresses()
    {
        See("www.test", 1, ("www.test", 5, 60, "cdn.test"), ("cdn.test", 5, 60, "edge.test"), ("edge.test", 1, 60, "192.0.2.1"), ("edge.test", 1, 60, "192.0.2.2"));

        Assert.Equal("www.test,cdn.test,edge.test|192.0.2.1,192.0.2.2|www.test", Ask("www.test"));
        Assert.Equal("www.test,cdn.test,edge.test|192.0.2.1,192.0.2.2|www.test", Ask("cdn.test"));
        Assert.Equal("www.test,cdn.test,edge.test|192.0.2.2|www.test", Ask("192.0.2.2"));
    }

    [Fact]
    public void Aliases_BehindTheAddresses_AreLinkedAllTheSame()
    {
        See("www.test", 1, ("cdn.test", 1, 60, "192.0.2.1"), ("www.test", 5, 60, "cdn.test"));

        Assert.Equal("www.test,cdn.test|192.0.2.1|www.test", Ask("192.0.2.1"));
    }

    [Theory]
    [InlineData("WWW.Test")]
    [InlineData("www.test.")]
    [InlineData("wWw.tEsT.")]
    public void Name_InAnyCase_WithADotAtItsEnd_IsTheSame(string key)
    {
        See("wWW.TEST", 1, ("Www.test", 1, 60, "192.0.2.1"));

        Assert.Equal("www.test|192.0.2.1|www.test", Ask(key));
        Assert.Equal(2, _stores.Dns.Count);
    }

    [Fact]
    public void Address_OfSeveralNames_NamesTheOneLearntLastFirst()
    {
        See("a.test", 1, ("a.test", 1, 60, "192.0.2.1"));
        See("b.test", 1, ("b.test", 1, 60, "192.0.2.1"));

        Assert.Equal("b.test,a.test|192.0.2.1|b.test", Ask("192.0.2.1"));
        Assert.Equal("a.test|192.0.2.1|a.test", Ask("a.test"));
        Assert.Equal("b.test|192.0.2.1|b.test", Ask("b.test"));
    }

    [Theory]
    [InlineData("2001:db8::1")]
    [InlineData("2001:0DB8:0:0::1")]
    public void Address_Ipv6_IsFoundHoweverItIsWritten(string key)
    {
        See("six.test", 28, ("six.test", 28, 60, "2001:db8::1"));

        Assert.Equal("six.test|2001:db8::1|six.test", Ask(key));
    }

    [Theory]
    [InlineData("192.0.2.1")]
    [InlineData("::ffff:192.0.2.1")]
    [InlineData("1.2.0.192.in-addr.arpa")]
    [InlineData("1.2.0.192.IN-ADDR.arpa.")]
    public void Address_Ipv4_IsFoundHoweverItIsWritten(string key)
    {
        See("four.test", 1, ("four.test", 1, 60, "192.0.2.1"));

        Assert.Equal("four.test|192.0.2.1|four.test", Ask(key));
    }

    [Theory]
    [InlineData("1.2.0.192.in-addr.arpa", "192.0.2.1")]
    [InlineData("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", "2001:db8::1")]
    public void ReverseName_IsTheAddress(string name, string address)
    {
        See(name, 12, (name, 12, 60, "host.test"));

        Assert.Equal($"host.test|{address}|host.test", Ask(address));
        Assert.Equal($"host.test|{address}|host.test", Ask(name));
        Assert.Equal($"host.test|{address}|host.test", Ask("host.test"));
    }

    [Theory]
    [InlineData("2.0.192.in-addr.arpa")]
    [InlineData("1.2.0.0192.in-addr.arpa")]
    [InlineData("1.2.0.256.in-addr.arpa")]
    [InlineData("1.2.3.0.192.in-addr.arpa")]
    [InlineData("g.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa")]
    public void ReverseName_ThatIsNoAddress_IsAName(string name)
    {
        See(name, 12, (name, 12, 60, "host.test"));

        Assert.Equal($"{name},host.test||{name}", Ask(name));
    }

    [Fact]
    public void MailAndService_AreNames()
    {
        See("m.test", 15, ("m.test", 15, 60, "10 mx.test"));
        See("_s._tcp.test", 33, ("_s._tcp.test", 33, 60, "1 2 443 srv.test"));

        Assert.Equal("m.test,mx.test||m.test", Ask("mx.test"));
        Assert.Equal("_s._tcp.test,srv.test||_s._tcp.test", Ask("_s._tcp.test"));
    }

    [Fact]
    public void UnknownRecords_LeaveNothing()
    {
        See("t.test", 16, ("t.test", 99, 60, "x"));

        Assert.Equal("NotFound", Ask("t.test"));
        Assert.Equal("NotFound", Ask("x"));
        Assert.Equal("NotFound", Ask(""));
        Assert.Equal("NotFound", Ask("."));
    }

    [Fact]
    public void Message_ThatIsNoAnswerToOneQuestion_SaysNothing()
    {
        var answer = DnsBuilder.Response("a.test", 1, ("a.test", 1, 60, "192.0.2.1"));
        See(new DnsBuilder(flags: 0x0100).Question("a.test", 1).Answer("a.test", 1, 60, "192.0.2.1").Bytes);
        See([.. new DnsBuilder().Answer("a.test", 1, 60, "192.0.2.1").Bytes]);
        See(new DnsBuilder().Question("a.test", 1).Question("b.test", 1).Answer("a.test", 1, 60, "192.0.2.1").Bytes);
        See(new DnsBuilder().Question("a.test", 1, dnsClass: 3).Answer("a.test", 1, 60, "192.0.2.1").Bytes);
        See(new DnsBuilder().Question("a.test", 1).Bytes);
        Assert.Equal(0, _stores.Dns.Count);

        See(answer);
        Assert.Equal(2, _stores.Dns.Count);
    }

    [Theory]
    [InlineData(0, 0.9, true)]
    [InlineData(0, 1.1, false)]
    [InlineData(60, 59.9, true)]
    [InlineData(60, 60.1, false)]
    [InlineData(0x80000000, 1.1, false)]
    [InlineData(int.MaxValue, 100_000, true)]
    public void Record_HoldsAsLongAsItsTimeToLive(uint timeToLive, double seconds, bool holds)
    {
        See("a.test", 1, ("a.test", 1, timeToLive, "192.0.2.1"));
        _now += (long)(seconds * Second);

        Assert.Equal(holds ? "a.test|192.0.2.1|a.test" : "NotFound", Ask("a.test"));
    }

    [Fact]
    public void Question_AsOfAnEvent_SeesItsPastAndNothingElse()
    {
        _offset = 10;
        See("a.test", 1, ("a.test", 1, 60, "192.0.2.1"));
        var first = _now;
        _offset = 20;
        _now += 10 * Second;
        See("a.test", 1, ("a.test", 1, 60, "192.0.2.2"));

        Assert.Equal("NotFound", Ask("a.test", 9, first - 1));
        Assert.Equal("a.test|192.0.2.1|a.test", Ask("a.test", 10, first));
        Assert.Equal("a.test|192.0.2.1|a.test", Ask("a.test", 19, _now));
        Assert.Equal("a.test|192.0.2.1,192.0.2.2|a.test", Ask("a.test", 20, _now));
        Assert.Equal("NotFound", Ask("192.0.2.2", 19, _now));

        // Half of it has run out.
        Assert.Equal("a.test|192.0.2.2|a.test", Ask("a.test", 30, first + (61 * Second)));
    }

    [Fact]
    public void Question_AsOfATimeBetweenTwoTimesARecordHeld_FindsNothing()
    {
        See("a.test", 1, ("a.test", 1, 5, "192.0.2.1"));
        var first = _now;
        _now += 100 * Second;
        See("a.test", 1, ("a.test", 1, 5, "192.0.2.1"));

        Assert.Equal("a.test|192.0.2.1|a.test", Ask("a.test", 1000, first + Second));
        Assert.Equal("NotFound", Ask("a.test", 1000, first + (50 * Second)));
        Assert.Equal("a.test|192.0.2.1|a.test", Ask("a.test", 1000, _now));
    }

    [Fact]
    public void Record_SaidAgainBeforeItRunsOut_HoldsTheLongestPromise()
    {
        See("a.test", 1, ("a.test", 1, 60, "192.0.2.1"));
        _now += 30 * Second;
        See("a.test", 1, ("a.test", 1, 60, "192.0.2.1"));
        _now += 50 * Second;

        Assert.Equal("a.test|192.0.2.1|a.test", Ask("a.test"));
        Assert.Equal(1, _stores.Dns.Edges);
    }

    [Fact]
    public void Answer_HoldsForThePositionAskedAndThoseBackToTheRecord()
    {
        _offset = 10;
        See("a.test", 1, ("a.test", 1, 60, "192.0.2.1"));
        _stores.Advance(new StorePosition(0, 100));

        var result = _source.Answer(DataValue.Of("a.test"), new AsOf(new StorePosition(0, 50), _now, 0));
        Assert.Equal((10L, 51L, false, ""), (result.From, result.To, result.Open, result.Enrichment));

        // Before something ran out the answer was another one.
        _offset = 60;
        See("a.test", 1, ("a.test", 1, 600, "192.0.2.2"));
        result = _source.Answer(DataValue.Of("a.test"), new AsOf(new StorePosition(0, 70), _now + (61 * Second), 0));
        Assert.Equal((70L, 71L), (result.From, result.To));
    }

    [Fact]
    public void AsOfNow_IsTheClocksNow()
    {
        _time.Advance(TimeSpan.FromSeconds(5000));
        See("a.test", 1, ("a.test", 1, 60, "192.0.2.1"));
        var booted = (5000 * Second) - _now;

        Assert.Equal(LookupStatus.Found, _source.Answer(DataValue.Of("a.test"), new AsOf(StorePosition.Open, long.MaxValue, booted - (59 * Second))).Status);
        Assert.Equal(LookupStatus.NotFound, _source.Answer(DataValue.Of("a.test"), new AsOf(StorePosition.Open, long.MaxValue, booted - (61 * Second))).Status);
    }

    [Fact]
    public void Names_ThatAreTheirOwnAncestors_EndTheWalk()
    {
        See("a.test", 1, ("a.test", 5, 60, "b.test"), ("b.test", 5, 60, "a.test"));
        See("self.test", 1, ("self.test", 5, 60, "self.test"));
        See("host.test", 1, ("host.test", 1, 60, "192.0.2.1"));
        See("1.2.0.192.in-addr.arpa", 12, ("1.2.0.192.in-addr.arpa", 12, 60, "host.test"));

        Assert.Equal("a.test,b.test||a.test", Ask("a.test"));
        Assert.Equal("b.test,a.test||b.test", Ask("b.test"));
        Assert.Equal("NotFound", Ask("self.test"));
        Assert.Equal("host.test|192.0.2.1|host.test", Ask("192.0.2.1"));
        Assert.Equal("host.test|192.0.2.1|host.test", Ask("host.test"));
    }

    [Fact]
    public void Walk_ThroughMoreThanAnAnswerHolds_IsCutAndSaysSo()
    {
        for (var i = 0; i < DnsLimits.Walk * 2; i++)
        {
            See($"n{i}.test", 1, ($"n{i}.test", 5, 60, $"n{i + 1}.test"));
        }

        var result = _source.Answer(DataValue.Of("n0.test"), AsOf());

        Assert.Equal((LookupStatus.Found, "truncated"), (result.Status, result.Enrichment));
        Assert.Equal(DnsLimits.Walk, result.Values["dns_queries"].List.Length);
    }

    [Fact]
    public void Name_WithMoreAddressesThanAreKept_LosesTheFirstAndSaysSo()
    {
        for (var i = 0; i < DnsLimits.NodeEdges + 10; i++)
        {
            See("many.test", 28, ("many.test", 28, 60, $"2001:db8::{i + 1:x}"));
        }

        var result = _source.Answer(DataValue.Of("many.test"), AsOf());

        Assert.Equal(DnsLimits.NodeEdges, _stores.Dns.Edges);
        Assert.Equal(10, _stores.Dns.EvictedEdges);
        Assert.Equal("evicted", result.Enrichment);
        Assert.Equal("Expired", Ask("2001:db8::1"));
    }

    [Fact]
    public void Record_ThatCameAndWentOftenerThanIsKept_IsExpiredNotMissing()
    {
        var first = _now;
        for (var i = 0; i < DnsLimits.EdgeSpans + 1; i++)
        {
            See("often.test", 1, ("often.test", 1, 1, "192.0.2.1"));
            _now += 10 * Second;
        }

        Assert.Equal("Expired", Ask("often.test", 1000, first));
        Assert.Equal("often.test|192.0.2.1|often.test", Ask("often.test", 1000, first + (10 * Second)));
        Assert.Equal("NotFound", Ask("often.test", 1000, first + (15 * Second)));
    }

    [Fact]
    public void Full_TheOneSpokenOfLongestAgoMakesRoom_AndIsExpiredNotMissing()
    {
        var stores = new NodeStores(dnsCapacity: 10);
        var cache = stores.Dns;
        for (var i = 0; i < 8; i++)
        {
            Add(cache, DnsBuilder.Response($"n{i}.test", 1, ($"n{i}.test", 1, 60, $"192.0.2.{i}")));
        }

        Assert.Equal((10, 5, 6L), (cache.Count, cache.Edges, cache.Evicted));
        Assert.Equal(LookupStatus.Expired, Find(stores, "n0.test", _now));
        Assert.Equal(LookupStatus.Expired, Find(stores, "192.0.2.0", _now));
        Assert.Equal(LookupStatus.Found, Find(stores, "n7.test", _now));
        Assert.Equal(LookupStatus.NotFound, Find(stores, "n9.test", _now));

        // Once it would have run out anyway, it is missing.
        Assert.Equal(LookupStatus.NotFound, Find(stores, "n0.test", _now + (61 * Second)));
    }

    [Fact]
    public void Full_WhatNobodyCanAskForAnyMoreMakesRoomFirst()
    {
        var stores = new NodeStores(dnsCapacity: 10);
        var cache = stores.Dns;
        Add(cache, DnsBuilder.Response("living.test", 1, ("living.test", 1, 10_000, "192.0.2.100")));
        Add(cache, DnsBuilder.Response("dead.test", 1, ("dead.test", 1, 1, "192.0.2.101")));
        _now += (long)DnsCache.Retention.TotalNanoseconds + (2 * Second);
        for (var i = 0; i < 4; i++)
        {
            Add(cache, DnsBuilder.Response($"n{i}.test", 1, ($"n{i}.test", 1, 60, $"192.0.2.{i}")));
        }

        Assert.Equal(0, cache.Evicted);
        Assert.Equal(LookupStatus.Found, Find(stores, "living.test", _now));
        Assert.Equal(LookupStatus.NotFound, Find(stores, "dead.test", _now));
        Assert.Equal(LookupStatus.Expired, Find(stores, "dead.test", 1000 * Second));
    }

    [Fact]
    public void Question_BeforeTheHistory_IsExpired()
    {
        _stores.Dns.Clear(new StorePosition(0, 100), _now);

        Assert.Equal("Expired", Ask("a.test", 99, _now));
        Assert.Equal("NotFound", Ask("a.test", 100, _now));
        Assert.Equal(LookupStatus.Expired, _source.Answer(DataValue.Of("a.test"), new AsOf(StorePosition.Open, _now - 1, 0)).Status);
    }

    [Fact]
    public void Key_ThatIsNoText_IsNotSupported() =>
        Assert.Equal(LookupStatus.KeyNotSupported, _source.Answer(DataValue.Of(53), AsOf()).Status);

    [Theory]
    [InlineData(5000)]
    public void Key_OfAnyLength_IsAnswered(int length) => Assert.Equal("NotFound", Ask(new string('a', length)));

    [Fact]
    public void List_InPages_TellsEachOnceInTheOrderInWhichTheyCame()
    {
        for (var i = 0; i < 5; i++)
        {
            See($"n{i}.test", 1, ($"n{i}.test", 1, 60, $"192.0.2.{i}"));
        }

        See("gone.test", 1, ("gone.test", 1, 1, "192.0.2.99"));
        _now += 2 * Second;
        List<string> told = [];
        var after = "";
        do
        {
            List<SourceEntry> page = [];
            after = _source.List(AsOf(), after, 3, page);
            Assert.InRange(page.Count, 0, 3);
            told.AddRange(page.Select(e => e.Key.Text));
        }
        while (after.Length > 0);

        Assert.Equal(["n0.test", "192.0.2.0", "n1.test", "192.0.2.1", "n2.test", "192.0.2.2", "n3.test", "192.0.2.3", "n4.test", "192.0.2.4"], told);
    }

    // Against a model that keeps every record there ever was.
    [Fact]
    public void RandomRecords_AnswerAsAListOfAllOfThemWould()
    {
        var random = new Random(2024);
        List<(long Offset, long Time, string Name, string Address, long Until)> model = [];
        for (var i = 0; i < 400; i++)
        {
            _offset = i;
            _now += random.NextInt64(2 * Second);
            var name = $"n{random.Next(20)}.test";
            var address = $"192.0.2.{random.Next(15)}";
            var seconds = random.Next(40, 90);
            See(name, 1, (name, 1, (uint)seconds, address));
            model.Add((i, _now, name, address, _now + (seconds * Second)));
        }

        for (var i = 0; i < 2000; i++)
        {
            var asked = model[random.Next(model.Count)];
            var time = asked.Time + random.NextInt64(3 * Second);
            var position = model.Last(m => m.Time <= time).Offset;
            var name = $"n{random.Next(20)}.test";
            var expected = model.Where(m => m.Name == name && m.Offset <= position && m.Time <= time && m.Until > time).Select(m => m.Address).Distinct().Order().ToList();

            var result = _source.Answer(DataValue.Of(name), new AsOf(new StorePosition(0, position), time, 0));

            Assert.Equal(expected.Count > 0 ? LookupStatus.Found : LookupStatus.NotFound, result.Status);
            Assert.Equal(expected, result.Status == LookupStatus.Found ? result.Values["ip_addresses"].List.Select(v => v.Text).Order() : []);
        }
    }

    [Fact]
    public void Add_OfWhatIsKnown_AllocatesNothing()
    {
        var bytes = DnsBuilder.Response("www.test", 1, ("www.test", 5, 60, "cdn.test"), ("cdn.test", 1, 60, "192.0.2.1"));
        See(bytes);
        Assert.Equal(DnsStatus.Ok, DnsMessage.TryRead(bytes, isCut: false, out var message));

        var before = GC.GetAllocatedBytesForCurrentThread();
        _stores.Dns.Add(message, new StorePosition(0, 5), _now + Second);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private LookupStatus Find(NodeStores stores, string key, long time) =>
        new DnsSource(stores, _time).Answer(DataValue.Of(key), new AsOf(new StorePosition(0, 1_000_000), time, 0)).Status;

    private void Add(DnsCache cache, byte[] bytes)
    {
        Assert.Equal(DnsStatus.Ok, DnsMessage.TryRead(bytes, isCut: false, out var message));
        cache.Add(message, new StorePosition(0, _offset), _now);
    }

    private void See(string question, int type, params (string Name, int Type, uint TimeToLive, string Data)[] answers) => See(DnsBuilder.Response(question, type, answers));

    private void See(byte[] bytes) => Add(_stores.Dns, bytes);

    private AsOf AsOf() => new(new StorePosition(0, 1_000_000), _now, 0);

    private string Ask(string key) => Ask(key, 1_000_000, _now);

    private string Ask(string key, long position, long time)
    {
        var result = _source.Answer(DataValue.Of(key), new AsOf(new StorePosition(0, position), time, 0));
        return result.Status != LookupStatus.Found
            ? result.Status.ToString()
            : $"{string.Join(',', result.Values["dns_queries"].List.Select(v => v.Text))}|{string.Join(',', result.Values["ip_addresses"].List.Select(v => v.Text))}|{result.Values["dns_root"].Text}";
    }
}
