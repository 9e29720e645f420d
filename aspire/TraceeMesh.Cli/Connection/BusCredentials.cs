using System.Security.Cryptography;
using System.Text.Json;

namespace TraceeMesh.Cli.Connection;

/// <summary>A user of the bus; one file each, readable by its owner only.</summary>
public sealed record BusCredentials(string User, string Password)
{
    /// <summary>A password that only this mesh knows: 32 random bytes, safe in a configuration file.</summary>
    public static BusCredentials Generate(string user) =>
        new(user, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));

    /// <summary>Null when there is none or it is not ours to read: the bus then takes its client for a reader.</summary>
    public static BusCredentials? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), ConnectionJson.Default.BusCredentials);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return null;
        }
        catch (Exception exception) when (exception is JsonException or IOException)
        {
            throw new CommandException(Contracts.ExitCode.Failure, $"{path} are no credentials: {exception.Message}", exception);
        }
    }

    public void Write(string path)
    {
        // An old file would keep its old mode and owner.
        File.Delete(path);
        using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        JsonSerializer.Serialize(file, this, ConnectionJson.Default.BusCredentials);
    }
}
