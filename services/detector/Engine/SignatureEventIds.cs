using System.Globalization;
using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Detector.Engine;

/// <summary>Numbers of the events that findings are: TRC-10n has 6000 + n - 1, others get those that are free from 6100 on, in order of their ids.</summary>
public static class SignatureEventIds
{
    private const string BuiltInPrefix = "TRC-10";
    private const int BuiltInMax = 100;

    /// <summary>Gives a number to each id that has none.</summary>
    /// <param name="ids">The ids.</param>
    /// <param name="numbers">The numbers given so far, and here.</param>
    public static void Assign(IEnumerable<string> ids, Dictionary<string, int> numbers)
    {
        var taken = numbers.Values.ToHashSet();
        var next = EventIds.FirstSignature + BuiltInMax;
        foreach (var id in ids.Order(StringComparer.Ordinal))
        {
            if (!numbers.ContainsKey(id))
            {
                while (taken.Contains(next))
                {
                    next++;
                }

                numbers[id] = BuiltIn(id) is { } n ? EventIds.FirstSignature + n - 1 : next++;
            }
        }
    }

    private static int? BuiltIn(string id) =>
        id.StartsWith(BuiltInPrefix, StringComparison.Ordinal)
        && !id.AsSpan(BuiltInPrefix.Length).StartsWith('0')
        && int.TryParse(id.AsSpan(BuiltInPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var n)
        && n is > 0 and <= BuiltInMax
            ? n
            : null;
}
