using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;

namespace TraceeMesh.Cli.Commands;

/// <summary>Options that several commands share, so that they mean the same everywhere.</summary>
internal static class CommonOptions
{
    /// <summary>Longer than anything is kept.</summary>
    private const double MaxSeconds = 10 * 366 * 86400.0;

    public static Option<string?> StateDirectory() => new("--state-dir") { Description = "State directory of the mesh [default: .mesh/]" };

    public static Option<string?> Nats() => new("--nats") { Description = "Address of the bus, nats://HOST:PORT [default: from the state directory]" };

    public static Option<bool> Json() => new("--json") { Description = "One JSON object a line on stdout, nothing else" };

    public static Option<int> Count(string name, string description, int least, int most) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => least,
        CustomParser = result => Number(result, name, least, most) ?? least,
    };

    public static Option<int?> Port(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = result => Number(result, name, 1, IPEndPoint.MaxPort),
    };

    public static Option<IPEndPoint?> Address(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = result =>
        {
            if (TryParseAddress(result.Tokens[0].Value, out var address))
            {
                return address;
            }

            result.AddError($"{name}: {result.Tokens[0].Value} is no HOST:PORT, e.g. 127.0.0.1:8080");
            return null;
        },
    };

    private static int? Number(ArgumentResult result, string name, int least, int most)
    {
        if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        result.AddError($"{name}: {result.Tokens[0].Value} is no number from {least} to {most}");
        return null;
    }

    /// <summary>A number and one of <c>ms s m h d</c>; a bare number is seconds.</summary>
    public static TimeSpan? ParseDuration(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (TryParseDuration(text, out var duration))
        {
            return duration;
        }

        result.AddError($"{text} is no duration, e.g. 500ms, 30s, 10m, 2h, 7d");
        return null;
    }

    public static bool TryParseDuration(string text, out TimeSpan duration)
    {
        duration = default;
        var digits = text.AsSpan().TrimEnd("dhms");
        double? unit = text[digits.Length..] switch
        {
            "ms" => 0.001,
            "s" or "" => 1,
            "m" => 60,
            "h" => 3600,
            "d" => 86400,
            _ => null,
        };
        if (unit is null || !double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number * unit > MaxSeconds)
        {
            return false;
        }

        duration = TimeSpan.FromSeconds(number * unit.Value);
        return true;
    }

    /// <summary>An address with its port, or <c>localhost:PORT</c>.</summary>
    public static bool TryParseAddress(string text, out IPEndPoint? address)
    {
        const string localhost = "localhost:";
        var numeric = text.StartsWith(localhost, StringComparison.Ordinal) ? $"{IPAddress.Loopback}:{text.AsSpan(localhost.Length)}" : text;
        return IPEndPoint.TryParse(numeric, out address) && address.Port != 0;
    }
}
