using System.Text.Json;
using System.Text.Json.Nodes;

namespace TraceeMesh.ServiceDefaults.Configuration;

/// <summary>Who a service is on the bus.</summary>
/// <param name="Name">Its user.</param>
/// <param name="Password">The password.</param>
public sealed record BusUser(string Name, string Password)
{
    /// <inheritdoc/>
    public override string ToString() => Name;

    internal static string? Read(string path, out BusUser? value)
    {
        value = null;
        try
        {
            var json = JsonNode.Parse(File.ReadAllText(path));
            if ((string?)json?["user"] is not { Length: > 0 } user || (string?)json["password"] is not { } password)
            {
                return "it has no user, or no password";
            }

            value = new BusUser(user, password);
            return null;
        }
        catch (JsonException)
        {
            // What stands in it is nobody's business, not even the parser's excerpt.
            return "it is no JSON";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return e.Message;
        }
    }
}
