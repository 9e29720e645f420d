using Microsoft.Playwright;

namespace TraceeMesh.Tests.Browser;

/// <summary>Debian's Chromium, driven by Playwright.</summary>
internal static class Chromium
{
    /// <summary>Where another one lies.</summary>
    public const string Variable = "TRACEEMESH_CHROMIUM";

    public static string Executable => Environment.GetEnvironmentVariable(Variable) ?? "/usr/bin/chromium";

    /// <summary>Why no browser can be driven here; null where one can.</summary>
    public static string? Obstacle => File.Exists(Executable) ? null : $"there is no {Executable}: apt-get install chromium, or name another with {Variable}";

    // Its sandbox wants user namespaces, which root in a container has not.
    public static Task<IBrowser> LaunchAsync(IPlaywright playwright) =>
        playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Executable, Args = ["--no-sandbox"] });
}
