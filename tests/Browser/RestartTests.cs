using Microsoft.Playwright;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Browser;

/// <summary>A page whose service goes away.</summary>
[Collection(ConsoleCollection.Name)]
public sealed class RestartTests(ConsoleFixture console)
{
    [BrowserFact]
    public async Task Service_KilledAndStartedAgain_FindsThePageWaiting_AndTellsWhatCameMeanwhile()
    {
        await console.StoreAsync(FindingMessage.Of("before_the_restart"));
        await using var page = await console.OpenAsync("/");
        await page.Row("before_the_restart").WaitForAsync();
        await page.Page.EvaluateAsync("window.here = true");

        MeshProcesses.Kill(new MeshProcesses(console.Mesh.Pid).Of("datasource-api").Single());
        await page.Page.Locator(".live.off").WaitForAsync();
        await console.StoreAsync(FindingMessage.Of("while_it_was_away"));

        await page.Row("while_it_was_away").WaitForAsync(new LocatorWaitForOptions { Timeout = 60_000 });
        await page.Page.Locator(".live.on").WaitForAsync();
        Assert.Equal(1, await page.Row("before_the_restart").CountAsync());
        Assert.True(await page.Page.EvaluateAsync<bool>("window.here"));
    }
}
