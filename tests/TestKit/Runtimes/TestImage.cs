using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;

namespace TraceeMesh.TestKit.Runtimes;

/// <summary>
/// An image with nothing but busybox, as the archive that <c>docker save</c> writes and every runtime loads. It is made of
/// the machine's own files: tests pull nothing.
/// </summary>
public static class TestImage
{
    /// <summary>What tests call the image.</summary>
    public const string Reference = "shop/cart:1.4.2";

    private const string Busybox = "/bin/busybox";

    private const UnixFileMode Executable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private static readonly string[] Applets = ["sh", "ls", "true", "sleep", "mkdir", "cat", "echo"];

    /// <summary>Whether it can be made here: Debian's <c>busybox-static</c> is installed.</summary>
    public static bool IsAvailable => File.Exists(Busybox);

    /// <summary>Writes the archive.</summary>
    /// <param name="path">The archive.</param>
    /// <param name="reference">Name and tag of the image in it.</param>
    /// <param name="command">What its containers run unless told otherwise.</param>
    public static async Task WriteAsync(string path, string reference, params string[] command)
    {
        var layer = await LayerAsync();
        var config = Encoding.UTF8.GetBytes($$"""
            {"architecture":"amd64","os":"linux","created":"2026-01-01T00:00:00Z","config":{"Env":["PATH=/bin"],"Cmd":[{{string.Join(',', command.Select(c => $"\"{c}\""))}}]},
            "rootfs":{"type":"layers","diff_ids":["sha256:{{Convert.ToHexStringLower(SHA256.HashData(layer))}}"]},"history":[{"created":"2026-01-01T00:00:00Z"}]}
            """);
        var configName = $"{Convert.ToHexStringLower(SHA256.HashData(config))}.json";
        var manifest = Encoding.UTF8.GetBytes($$"""[{"Config":"{{configName}}","RepoTags":["{{reference}}"],"Layers":["layer/layer.tar"]}]""");

        await using var file = File.Create(path);
        await using var archive = new TarWriter(file, TarEntryFormat.Ustar);
        await AddAsync(archive, configName, config);
        await AddAsync(archive, "layer/layer.tar", layer);
        await AddAsync(archive, "manifest.json", manifest);
    }

    private static async Task<byte[]> LayerAsync()
    {
        using var content = new MemoryStream();
        await using (var layer = new TarWriter(content, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var directory in new[] { "bin", "proc", "sys", "dev", "etc", "tmp" })
            {
                await layer.WriteEntryAsync(new UstarTarEntry(TarEntryType.Directory, directory + "/") { Mode = Executable, ModificationTime = DateTimeOffset.UnixEpoch });
            }

            await using (var busybox = File.OpenRead(Busybox))
            {
                await layer.WriteEntryAsync(new UstarTarEntry(TarEntryType.RegularFile, "bin/busybox") { DataStream = busybox, Mode = Executable, ModificationTime = DateTimeOffset.UnixEpoch });
            }

            foreach (var applet in Applets)
            {
                await layer.WriteEntryAsync(new UstarTarEntry(TarEntryType.SymbolicLink, $"bin/{applet}") { LinkName = "busybox", ModificationTime = DateTimeOffset.UnixEpoch });
            }
        }

        return content.ToArray();
    }

    private static async Task AddAsync(TarWriter archive, string name, byte[] content)
    {
        using var data = new MemoryStream(content);
        await archive.WriteEntryAsync(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = data, ModificationTime = DateTimeOffset.UnixEpoch });
    }
}
