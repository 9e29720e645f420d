using System.Text;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Bus;

public sealed class KeyValueTests(BusServer bus) : IClassFixture<BusServer>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task PutGetDelete_OneKey_TellValueRevisionAndDeletion()
    {
        await using var connection = await bus.ConnectAsync();
        var bucket = await Bucket(connection, "plain");

        Assert.Null(await bucket.GetAsync("a.b"));
        var first = await bucket.PutAsync("a.b", "1"u8);
        var second = await bucket.PutAsync("a.b", "2"u8);
        var entry = await bucket.GetAsync("a.b");
        Assert.Equal((KeyValueWriteStatus.Written, 1L), (first.Status, first.Revision));
        Assert.Equal(("a.b", "2", second.Revision, false), (entry!.Key, Encoding.ASCII.GetString(entry.Value.Span), entry.Revision, entry.IsDeleted));

        Assert.True((await bucket.DeleteAsync("a.b")).IsWritten);
        Assert.True((await bucket.GetAsync("a.b"))!.IsDeleted);
    }

    [Fact]
    public async Task Update_TwoWritersOfOneRevision_OneConflicts()
    {
        await using var connection = await bus.ConnectAsync();
        await using var other = await bus.ConnectAsync();
        var bucket = await Bucket(connection, "conflict");
        var rival = new KeyValueBucket(new JetStream(other), "conflict");
        var created = await bucket.CreateAsync("lease", "free"u8.ToArray());

        var writes = await Task.WhenAll(
            bucket.UpdateAsync("lease", "mine"u8, created.Revision).AsTask(),
            rival.UpdateAsync("lease", "his"u8, created.Revision).AsTask());

        Assert.Equal([KeyValueWriteStatus.Written, KeyValueWriteStatus.Conflict], writes.Select(write => write.Status).Order());
        var winner = Array.Find(writes, write => write.IsWritten);
        Assert.Equal(winner.Revision, (await bucket.GetAsync("lease"))!.Revision);
        Assert.Equal(KeyValueWriteStatus.Conflict, (await bucket.DeleteAsync("lease", created.Revision)).Status);
    }

    [Fact]
    public async Task Create_ExistingAndDeletedKey_ConflictsThenWrites()
    {
        await using var connection = await bus.ConnectAsync();
        var bucket = await Bucket(connection, "create");

        Assert.True((await bucket.CreateAsync("k", "1"u8.ToArray())).IsWritten);
        Assert.Equal(KeyValueWriteStatus.Conflict, (await bucket.CreateAsync("k", "2"u8.ToArray())).Status);
        await bucket.DeleteAsync("k");
        Assert.True((await bucket.CreateAsync("k", "3"u8.ToArray())).IsWritten);
        Assert.Equal("3", Encoding.ASCII.GetString((await bucket.GetAsync("k"))!.Value.Span));
    }

    [Fact]
    public async Task ListKeys_PutsAndDeletions_ListsWhatHasAValue()
    {
        await using var connection = await bus.ConnectAsync();
        var bucket = await Bucket(connection, "keys");
        Assert.Empty(await bucket.ListKeysAsync());

        foreach (var key in new[] { "a", "b", "c", "b" })
        {
            await bucket.PutAsync(key, "x"u8);
        }

        await bucket.DeleteAsync("a");

        Assert.Equal(["b", "c"], (await bucket.ListKeysAsync()).Order());
    }

    [Fact]
    public async Task Watch_InitialThenLive_TellsWhereTheBeginningEnds()
    {
        await using var connection = await bus.ConnectAsync();
        var bucket = await Bucket(connection, "watch");
        await bucket.PutAsync("a", "1"u8);
        await bucket.PutAsync("b", "2"u8);
        await bucket.PutAsync("a", "3"u8);

        await using var watcher = await bucket.WatchAsync();
        Assert.Equal("b=2", await Tell(watcher));
        Assert.Equal("a=3", await Tell(watcher));
        Assert.Equal("InitialDone", await Tell(watcher));
        await bucket.PutAsync("c", "4"u8);
        await bucket.DeleteAsync("b");
        Assert.Equal("c=4", await Tell(watcher));
        Assert.Equal("b deleted", await Tell(watcher));

        await using var filtered = await bucket.WatchAsync("none.*");
        Assert.Equal("InitialDone", await Tell(filtered));
    }

    [Fact]
    public async Task Watch_BusRestarted_GoesOnWhereItWasOrSaysReset()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = await BusServer.ConnectAsync(server);
        var disk = await new JetStream(connection).EnsureBucketAsync(new BucketDefinition("disk", true, 1 << 20));
        var memory = await Bucket(connection, "memory");
        await disk.PutAsync("a", "1"u8);
        await memory.PutAsync("a", "1"u8);
        await using var diskWatcher = await disk.WatchAsync();
        await using var memoryWatcher = await memory.WatchAsync();
        foreach (var watcher in new[] { diskWatcher, memoryWatcher })
        {
            Assert.Equal("a=1", await Tell(watcher));
            Assert.Equal("InitialDone", await Tell(watcher));
        }

        await server.RestartAsync();
        await TestWait.Until(() => connection.Epoch == 2, "the connection is restored");
        await Bucket(connection, "memory");
        await disk.PutAsync("b", "2"u8);
        await memory.PutAsync("b", "2"u8);

        Assert.Equal("b=2", await Tell(diskWatcher));
        Assert.Equal("Reset", await Tell(memoryWatcher));
        Assert.Equal("b=2", await Tell(memoryWatcher));
        Assert.Equal("InitialDone", await Tell(memoryWatcher));
    }

    [Fact]
    public async Task Write_NoBucketOrBadKey_SaysSo()
    {
        await using var connection = await bus.ConnectAsync();
        var bucket = new KeyValueBucket(new JetStream(connection), "nowhere");

        Assert.Equal(KeyValueWriteStatus.NoBucket, (await bucket.PutAsync("k", "x"u8)).Status);
        Assert.Null(await bucket.GetAsync("k"));
        await Assert.ThrowsAsync<BusException>(() => bucket.GetAsync("a b"));
        await Assert.ThrowsAsync<BusException>(() => bucket.GetAsync("*"));
        await Assert.ThrowsAsync<BusException>(() => bucket.WatchAsync());
    }

    private static Task<KeyValueBucket> Bucket(BusConnection connection, string name) => new JetStream(connection).EnsureBucketAsync(new BucketDefinition(name, false, 1 << 20));

    private static async Task<string> Tell(KeyValueWatcher watcher)
    {
        var change = await watcher.ReadAsync().AsTask().WaitAsync(Patience);
        return change.Kind switch
        {
            KeyValueChangeKind.Put => $"{change.Entry!.Key}={Encoding.ASCII.GetString(change.Entry.Value.Span)}",
            KeyValueChangeKind.Deleted => $"{change.Entry!.Key} deleted",
            var kind => kind.ToString(),
        };
    }
}
