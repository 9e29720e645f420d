using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Records;

namespace TraceeMesh.Contracts.Findings;

/// <summary>
/// Ids of findings: a hash of the signature's id, the identity of the event (node, boot, load, CPU, sequence) and which
/// finding of that signature for that event it is. The same event judged twice gives the same id, so the stream holds one.
/// </summary>
public static class FindingIds
{
    /// <summary>The id: 16 hexadecimal digits.</summary>
    public static string Of(string signatureId, Event e, int ordinal)
    {
        Span<byte> numbers = stackalloc byte[20];
        BinaryPrimitives.WriteUInt32LittleEndian(numbers, e.Frame.LoadId);
        BinaryPrimitives.WriteInt32LittleEndian(numbers[4..], e.Context.Cpu);
        BinaryPrimitives.WriteUInt64LittleEndian(numbers[8..], e.Context.Sequence);
        BinaryPrimitives.WriteInt32LittleEndian(numbers[16..], ordinal);

        // Names are ended by a NUL, which none of them contains, so no two identities give the same bytes.
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{signatureId}\0{e.Frame.Node}\0{e.Frame.BootId}\0"));
        hash.AppendData(numbers);
        if (e.Finding is { } finding)
        {
            // The identity of the finding judged: it stands for its signature, its event and its ordinal, and theirs in turn.
            hash.AppendData(Encoding.UTF8.GetBytes(finding.Id));
        }
        else if (e.Definition.Id >= RecordLimits.EventIdLimit)
        {
            // A derived event has the identity of its parent, its kind, and of those of one parent its container.
            BinaryPrimitives.WriteInt32LittleEndian(numbers, e.Definition.Id);
            hash.AppendData(numbers[..sizeof(int)]);
            hash.AppendData(e.Context.ContainerId.Bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }
}
