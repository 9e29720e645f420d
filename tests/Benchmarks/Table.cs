using System.Globalization;

namespace TraceeMesh.Benchmarks;

/// <summary>Rows for a person, each printed when it is there.</summary>
internal static class Table
{
    public const string Header = "NAME                                       VALUE UNIT          REFERENCE   RATIO     TARGET MET    LOST";

    public static string Line(Row row) =>
        $"{row.Name,-36} {Number(row.Value),11} {row.Unit,-12} {Number(row.Reference),10} {Number(row.Ratio),7} {Number(row.Target),10} {Met(row.Met),-6} {row.Lost?.ToString(CultureInfo.InvariantCulture) ?? "-"}";

    private static string Number(double? value) => value?.ToString("0.###", CultureInfo.InvariantCulture) ?? "-";

    private static string Met(bool? met) => met switch
    {
        true => "yes",
        false => "NO",
        null => "-",
    };
}
