using TraceeMesh.MessagePack;

namespace TraceeMesh.Enricher.Decoding;

/// <summary>Writes the credentials of a task as an argument of an event: a map with Tracee's names.</summary>
internal sealed class CredentialsWriter : IDisposable
{
    /// <summary>Numbers of one task's credentials.</summary>
    public const int Numbers = 15;

    private readonly MessagePackWriter _writer = new();

    // In the order in which the kernel side writes them.
    private static readonly string[] Names =
    [
        "Uid", "Gid", "Suid", "Sgid", "Euid", "Egid", "Fsuid", "Fsgid", "UserNamespace", "SecureBits",
        "CapInheritable", "CapPermitted", "CapEffective", "CapBounding", "CapAmbient",
    ];

    /// <summary>Writes credentials.</summary>
    /// <param name="numbers">At least <see cref="Numbers"/>.</param>
    /// <returns>The map, encoded; until the next one.</returns>
    public ReadOnlySpan<byte> Write(ReadOnlySpan<long> numbers)
    {
        _writer.Reset();
        _writer.WriteMapHeader(Numbers);
        for (var i = 0; i < Numbers; i++)
        {
            _writer.WriteText(Names[i]);
            _writer.WriteUInt((ulong)numbers[i]);
        }

        return _writer.WrittenSpan;
    }

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();
}
