using Microsoft.Playwright;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Browser;

/// <summary>From a system call on this machine to the page.</summary>
public sealed class RealTriggerTests
{
    [LiveBrowserFact]
    public async Task Trigger_OnThisMachine_AppearsOnTheOpenPage_WithItsAncestors()
    {
        await using var mesh = await LiveMesh.StartAsync();
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await Chromium.LaunchAsync(playwright);
        var address = $"http://{mesh.ReadyLine.Split("console http://")[1].Split(' ')[0]}";
        await using var page = await WatchedPage.OpenAsync(browser, address, "/", null);
        await page.Page.Locator(".live.on").WaitForAsync();

        await mesh.FindsAsync("anti_debugging", async () => (await Shell.RunAsync("python3", "-c", "import ctypes; ctypes.CDLL(None).ptrace(0, 0, 0, 0)")).Pid);

        await page.Row("anti_debugging").First.ClickAsync();
        await page.Page.Locator(".tree ul .subject").WaitForAsync();
        await page.SeesAsync("returned 0");
        page.IsClean();
    }
}
