using System.Globalization;
using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Detector.Engine;

/// <summary>Numbers of the events that findings are: TRC-10n has 6000 + n - 1, others follow from 6100 in order of their ids.</summary>
public static class SignatureEventIds
{
    private const string BuiltInPrefix = "TRC-10";
    private const int BuiltInMax = 100;

    /// <summary>A number for each id.</summary>
    public static Dictionary<string, int> Assign(IEnumerable<string> ids)
    {
        var numbers = new Dictionary<string, int>();
        var next = EventIds.FirstSignature + BuiltInMax;
        foreach (var id in ids.Order(StringComparer.Ordinal))
        {
            numbers[id] = BuiltIn(id) is { } n ? EventIds.FirstSignature + n - 1 : next++;
        }

        return numbers;
    }

    private static int? BuiltIn(string id) =>
        id.StartsWith(BuiltInPrefix, StringComparison.Ordinal)
        && !id.AsSpan(BuiltInPrefix.Length).StartsWith('0')
        && int.TryParse(id.AsSpan(BuiltInPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var n)
        && n is > 0 and <= BuiltInMax
            ? n
            : null;
}
