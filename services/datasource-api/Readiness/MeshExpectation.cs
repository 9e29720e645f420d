using System.Globalization;
using TraceeMesh.Contracts;
using TraceeMesh.ServiceDefaults;

namespace TraceeMesh.DataSourceApi.Readiness;

/// <summary>How many instances of each service the mesh is to have, written <c>collector=1,detector=2</c>.</summary>
public static class MeshExpectation
{
    /// <summary>Reads it; an empty text expects nothing.</summary>
    /// <exception cref="ServiceExitException">It is not of that form.</exception>
    public static IReadOnlyDictionary<string, int> Parse(string text)
    {
        var expected = new Dictionary<string, int>();
        foreach (var entry in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var parts = entry.Split('=');
            if (parts.Length != 2 || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            {
                throw new ServiceExitException(ExitCode.Usage, $"--expect {text}: '{entry}' is not of the form service=count");
            }

            expected[parts[0]] = count;
        }

        return expected;
    }
}
