namespace TraceeMesh.Tests.Browser;

/// <summary>A test that drives a browser beside a mesh with a kernel of its own; skipped, saying why, without root or BTF.</summary>
public sealed class LiveBrowserFactAttribute : BrowserFactAttribute
{
    public LiveBrowserFactAttribute() => Skip ??=
        !Environment.IsPrivilegedProcess ? "needs root"
        : !File.Exists("/sys/kernel/btf/vmlinux") ? "needs a kernel with BTF"
        : null;
}
