using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Findings;
using TraceeMesh.Signatures.BuiltIn.Files;

namespace TraceeMesh.Signatures.BuiltIn.DefenseEvasion;

/// <summary>A container writes an executable.</summary>
public sealed class DroppedExecutable : Signature
{
    private readonly TextArgument _path = new("magic_write", "pathname");
    private readonly BytesArgument _bytes = new("magic_write", "bytes");

    /// <inheritdoc/>
    public override SignatureMetadata Metadata { get; } = new("TRC-1022", "dropped_executable")
    {
        Name = "New executable dropped",
        Description = "A program was written inside a running container. What a container needs is in its image; an intruder brings tools along.",
        Severity = Severity.Medium,
        Category = "defense-evasion",
        Technique = "Masquerading",
        ExternalId = "T1036",
        StixId = "attack-pattern--42e8de7b-37b2-4258-905a-6897815e58e0",
        Misses = "Scripts. Files in memory, whose execution TRC-105 finds. Writes through a mapping or io_uring; a file moved in from outside.",
        FalsePositives = "A build in a container: package managers, compilers that link, unpacked archives.",
        Trigger = "in a container: cp /bin/true /tmp/true",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } = [new(EventSelector.Tracee, "magic_write", Origin.Container)];

    /// <inheritdoc/>
    public override ValueTask OnEvent(Event e, CancellationToken cancellation)
    {
        var path = _path[e];
        if (ElfHeader.MayRun(_bytes[e]) && !IsInMemory(path))
        {
            Report(e, ("path", path));
        }

        return default;
    }

    private static bool IsInMemory(Utf8Text path) =>
        path.StartsWith("memfd:"u8) || path.StartsWith("/run/shm/"u8) || path.StartsWith("/dev/shm/"u8);
}
