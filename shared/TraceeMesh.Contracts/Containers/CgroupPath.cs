namespace TraceeMesh.Contracts.Containers;

/// <summary>
/// Finds the container in a cgroup path. The innermost component that names one wins, so a container inside a container is
/// the inner one, and a directory below a container's own still belongs to it.
/// </summary>
public static class CgroupPath
{
    private const int IdLength = 64;
    private const int GardenIdLength = 28;

    /// <summary>Whether <paramref name="path"/> belongs to a container.</summary>
    /// <param name="path">Path of the directory inside its hierarchy.</param>
    /// <param name="identity">The container; none when false.</param>
    public static bool TryParse(ReadOnlySpan<byte> path, out CgroupIdentity identity)
    {
        var end = path.Length;
        var last = true;
        while (end > 0)
        {
            var slash = path[..end].LastIndexOf((byte)'/');
            var component = path[(slash + 1)..end];

            // No container id is shorter than Garden's.
            if (component.Length >= GardenIdLength)
            {
                var outer = slash > 0 ? path[..slash] : default;
                if (TryParseComponent(component, outer, hasParent: slash >= 0, out var id, out var runtime))
                {
                    identity = new CgroupIdentity { ContainerId = id, Runtime = runtime, IsRoot = last };
                    return true;
                }
            }

            last = false;
            end = Math.Max(slash, 0);
        }

        identity = default;
        return false;
    }

    private static bool TryParseComponent(
        ReadOnlySpan<byte> component,
        ReadOnlySpan<byte> outer,
        bool hasParent,
        out ReadOnlySpan<byte> id,
        out ContainerRuntime runtime)
    {
        var name = component.EndsWith(".scope"u8) ? component[..^".scope"u8.Length] : component;
        (runtime, var prefix) = name[0] switch
        {
            (byte)'d' when name.StartsWith("docker-"u8) => (ContainerRuntime.Docker, "docker-".Length),
            (byte)'c' when name.StartsWith("crio-"u8) => (ContainerRuntime.Crio, "crio-".Length),
            (byte)'c' when name.StartsWith("cri-containerd-"u8) => (ContainerRuntime.Containerd, "cri-containerd-".Length),
            (byte)'l' when name.StartsWith("libpod-"u8) => (ContainerRuntime.Podman, "libpod-".Length),
            _ => (ContainerRuntime.Unknown, 0),
        };
        id = name[prefix..];

        // A known prefix before anything but an id is a unit's name or a monitor (docker-cleanup.service, crio-conmon-...).
        if (runtime != ContainerRuntime.Unknown)
        {
            return IsId(id);
        }

        // The systemd driver's name for a slice, set while the runtime used the cgroupfs driver.
        var marker = ":cri-containerd:"u8;
        if (component.Length > IdLength && component.LastIndexOf(marker) is >= 0 and var colon)
        {
            runtime = ContainerRuntime.Containerd;
            id = component[(colon + marker.Length)..];
            return IsId(id);
        }

        if (IsId(name))
        {
            var parent = outer[(outer.LastIndexOf((byte)'/') + 1)..];
            runtime = parent.SequenceEqual("docker"u8) || parent.SequenceEqual("actions_job"u8) ? ContainerRuntime.Docker
                : parent.StartsWith("pod"u8) ? ContainerRuntime.Containerd
                : ContainerRuntime.Unknown;
            return hasParent;
        }

        runtime = ContainerRuntime.Garden;
        return IsGardenId(name);
    }

    private static bool IsId(ReadOnlySpan<byte> text) => text.Length == IdLength && AreHex(text);


    // Eight hexadecimal digits and four groups of four.
    private static bool IsGardenId(ReadOnlySpan<byte> text)
    {
        if (text.Length != GardenIdLength || !AreHex(text[..8]))
        {
            return false;
        }

        for (var at = 8; at < GardenIdLength; at += 5)
        {
            if (text[at] != '-' || !AreHex(text.Slice(at + 1, 4)))
            {
                return false;
            }
        }

        return true;
    }

    private static bool AreHex(ReadOnlySpan<byte> text)
    {
        foreach (var b in text)
        {
            if (!char.IsAsciiHexDigit((char)b))
            {
                return false;
            }
        }

        return true;
    }
}
