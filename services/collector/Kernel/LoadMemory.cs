using System.Globalization;
using TraceeMesh.Collector.Framing;

namespace TraceeMesh.Collector.Kernel;

/// <summary>What the frames of a load are made from, whether this collector loaded the programs or one before it.</summary>
/// <param name="Ring">Where the records are.</param>
/// <param name="Accounts">What was produced and dropped.</param>
/// <param name="Journal">What was framed.</param>
public sealed record LoadMemory(Ring Ring, CpuAccounts Accounts, Journal Journal) : IDisposable
{
    /// <summary>Opens what is pinned; null where it is not all there.</summary>
    internal static LoadMemory? TryOpen(PinDirectory pins)
    {
        var descriptors = new List<int>();
        try
        {
            foreach (var name in (string[])["ring", "accounts", "event_drops", "journal"])
            {
                if (pins.OpenMap(name) is not { } descriptor)
                {
                    return null;
                }

                descriptors.Add(descriptor);
            }

            // The mappings outlive the descriptors; drops by event are asked of a load that goes on, not of one that ends.
            var cpus = LibBpf.PossibleCpus();
            return new LoadMemory(
                new Ring(descriptors[0], Entries(descriptors[0])),
                new CpuAccounts(descriptors[1], descriptors[2], cpus),
                new Journal(descriptors[3], cpus));
        }
        catch (KernelUnavailableException)
        {
            // Smaller than what this collector knows: another build made it.
            return null;
        }
        finally
        {
            descriptors.ForEach(static d => _ = LibC.Close(d));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Ring.Dispose();
        Accounts.Dispose();
        Journal.Dispose();
    }

    private static uint Entries(int descriptor) => uint.Parse(
        File.ReadLines($"/proc/self/fdinfo/{descriptor}").First(l => l.StartsWith("max_entries:", StringComparison.Ordinal)).Split('\t')[1],
        CultureInfo.InvariantCulture);
}
