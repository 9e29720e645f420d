using System.Globalization;
using System.Net;
using System.Numerics;
using System.Security.Cryptography.X509Certificates;
using TraceeMesh.Contracts;

namespace TraceeMesh.ServiceDefaults.Configuration;

/// <summary>The types of settings there are.</summary>
internal static class SettingTypes
{
    private const string Unix = "unix:";

    // The last of them is where a second is too short and a day too long.
    private const double MostSeconds = 3600;

    public static SettingType<string> Text(string takes = "a text") => new(takes, Any);

    public static SettingType<string> Token { get; } = new(
        "letters, digits, - and _",
        (string text, out string? value) => Subjects.Safe(value = text) == text && text.Length > 0 ? null : "it has others");

    public static SettingType<string> Name(int most) => new(
        $"a name of 1 to {most} characters",
        (string text, out string? value) => (value = text).Length is > 0 && text.Length <= most ? null : $"it has {text.Length} characters");

    public static SettingType<int> Number(int least, int most) => new(
        $"a number from {least} to {most}",
        (string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least && value <= most ? null : "it is none");

    public static SettingType<int> PowerOfTwo(int most) => new(
        $"one of {string.Join(", ", Enumerable.Range(0, 32).Select(b => 1L << b).TakeWhile(p => p <= most))}",
        (string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value <= most && BitOperations.IsPow2(value) ? null : "it is none of these");

    public static SettingType<uint> RingBytes { get; } = new(
        "a power of two, one page of memory at least",
        (string text, out uint value) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= Environment.SystemPageSize && BitOperations.IsPow2(value) ? null : $"it is none; a page has {Environment.SystemPageSize} bytes");

    // "10s" is what the command line calls ten seconds.
    public static SettingType<TimeSpan> Seconds(double least) => new(
        string.Create(CultureInfo.InvariantCulture, $"seconds from {least} to {MostSeconds}"),
        (string text, out TimeSpan value) =>
        {
            var read = double.TryParse(text.AsSpan().TrimEnd('s'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds >= least && seconds <= MostSeconds;
            value = read ? TimeSpan.FromSeconds(seconds) : default;
            return read ? null : "it is no such number";
        });

    public static SettingType<string> OneOf(params IReadOnlyList<string> choices) => new(
        string.Join(" or ", choices),
        (string text, out string? value) => choices.Contains(value = text) ? null : "it is none of these");

    public static SettingType<bool> YesOrNo { get; } = new(
        "yes or no",
        (string text, out bool value) => (value = text == "yes") || text == "no" ? null : "it is neither");

    public static SettingType<IPEndPoint> EndPoint { get; } = new(
        "an address and port such as 127.0.0.1:8080",
        (string text, out IPEndPoint? value) => IPEndPoint.TryParse(text, out value) ? null : "it is none");

    public static SettingType<string> EndPointOrSocket { get; } = new(
        "an address and port such as 127.0.0.1:4466, or unix:PATH",
        (string text, out string? value) => (value = text).StartsWith(Unix, StringComparison.Ordinal) ? text.Length > Unix.Length ? null : "the path is missing" : IPEndPoint.TryParse(text, out _) ? null : "it is neither");

    public static SettingType<string> BusAddress { get; } = new(
        "nats://HOST:PORT or tls://HOST:PORT, several with commas",
        (string text, out string? value) =>
        {
            value = text;
            var wrong = text.Split(',').FirstOrDefault(a => !Uri.TryCreate(a.Contains("://", StringComparison.Ordinal) ? a : $"nats://{a}", UriKind.Absolute, out var uri) || uri.Host.Length == 0 || uri.Scheme is not ("nats" or "tls"));
            return wrong is null ? null : "it is no address of a bus";
        });

    public static SettingType<string> File { get; } = new("a file", ReadableFile);

    public static SettingType<string> FileOrNothing { get; } = new("a file, or nothing", (string text, out string? value) => (value = text).Length == 0 ? null : ReadableFile(text, out _));

    public static SettingType<string> Directory { get; } = new(
        "a directory",
        (string text, out string? value) => System.IO.Directory.Exists(value = text) ? null : "there is no such directory, or it is closed to this user");

    public static SettingType<X509Certificate2Collection> Authorities { get; } = new(
        "a PEM file",
        (string text, out X509Certificate2Collection? value) =>
        {
            value = [];
            try
            {
                value.ImportFromPemFile(text);
                return value.Count > 0 ? null : "there is no certificate in it";
            }
            catch (Exception e) when (e is System.Security.Cryptography.CryptographicException or IOException or UnauthorizedAccessException)
            {
                return e.Message;
            }
        });

    public static SettingType<BusUser> Credentials { get; } = new("a JSON file with user and password", BusUser.Read);

    public static SettingType<string> Secret { get; } = new(
        "a file that holds the secret and nothing else",
        (string text, out string? value) =>
        {
            value = null;
            try
            {
                value = System.IO.File.ReadAllText(text).Trim();
                return value.Length > 0 ? null : "it is empty";
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return e.Message;
            }
        });

    public static SettingType<IReadOnlyDictionary<string, int>> Counts { get; } = new(
        "service=count, several with commas",
        (string text, out IReadOnlyDictionary<string, int>? value) =>
        {
            var counts = new Dictionary<string, int>();
            value = counts;
            foreach (var entry in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                var parts = entry.Split('=');
                if (parts.Length != 2 || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var count))
                {
                    return $"'{entry}' is not of the form service=count";
                }

                counts[parts[0]] = count;
            }

            return null;
        });

    private static string? Any(string text, out string? value)
    {
        value = text;
        return null;
    }

    private static string? ReadableFile(string text, out string? value)
    {
        value = text;
        try
        {
            using var _ = System.IO.File.OpenRead(text);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }
}
