using System.Text.RegularExpressions;
using Microsoft.Playwright;
using TraceeMesh.Contracts.Findings;
using Xunit;

namespace TraceeMesh.Tests.Browser;

/// <summary>An opened finding.</summary>
[Collection(ConsoleCollection.Name)]
public sealed partial class FindingPageTests(ConsoleFixture console)
{
    [BrowserFact]
    public async Task Finding_Opened_ShowsEvent_Ancestry_Container_AndCompleteness()
    {
        await using var page = await console.OpenAsync($"/findings/{console.CapturedSequence}");

        // The process and those above it, each below the one that started it.
        await page.Page.Locator(".tree .subject").WaitForAsync();
        Assert.True(await page.Page.Locator(".tree ul .subject").CountAsync() == 1, "the process has an ancestor");
        await page.SeesAsync("Container and pod");
        await page.Page.GetByText(ContainerId()).First.WaitForAsync();
        await page.SeesAsync("Made of the event");
        await page.SeesAsync("Complete: nothing was lost on this node before it.");
        page.IsClean();
    }

    [BrowserFact]
    public async Task Finding_ThatAskedDataSources_ShowsQuestionsAndAnswers()
    {
        var sequence = await console.StoreAsync(FindingMessage.Of("asked").Asking("traceemesh", "allowed_images", "shop/cart:1.4.2", "found"));
        await using var page = await console.OpenAsync($"/findings/{sequence}");

        var row = page.Page.Locator("tr", new PageLocatorOptions { HasText = "traceemesh/allowed_images" });
        await row.WaitForAsync();

        Assert.Contains("shop/cart:1.4.2", await row.InnerTextAsync(), StringComparison.Ordinal);
        Assert.Contains("found {\"allowed\": false}", (await row.InnerTextAsync()).Replace("{ ", "{", StringComparison.Ordinal).Replace(" }", "}", StringComparison.Ordinal), StringComparison.Ordinal);
        page.IsClean();
    }

    [BrowserFact]
    public async Task HostileNames_AreText()
    {
        const string script = "<script>window.hit = 1</script><img src=x onerror='window.hit = 1'>";
        var sequence = await console.StoreAsync(FindingMessage.Of("hostile", Severity.High)
            .By("\u001b[31mred\u202egnp.exe")
            .Named(script)
            .With("pathname", new string('x', 4095) + "Z"));
        await using var page = await console.OpenAsync("/?signature=hostile");
        var row = page.Row("hostile").First;
        await row.WaitForAsync();
        var text = await row.InnerTextAsync();
        Assert.Contains("<script>", text, StringComparison.Ordinal);
        Assert.Contains("\\u001b[31mred\\u202egnp.exe", text, StringComparison.Ordinal);
        Assert.InRange((await row.BoundingBoxAsync())!.Height, 40, 100);

        await row.ClickAsync();
        await page.Page.WaitForURLAsync($"**/findings/{sequence}");
        await page.SeesAsync("\\u001b[31mred\\u202egnp.exe");
        Assert.Contains(script, await page.Page.Locator("h1").InnerTextAsync(), StringComparison.Ordinal);
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "all 4096 characters" }).First.ClickAsync();
        await page.Page.GetByText("xZ").First.WaitForAsync();

        Assert.False(await page.Page.EvaluateAsync<bool>("'hit' in window"));
        Assert.Equal(0, await page.Page.Locator("main img, main script").CountAsync());
        page.IsClean();
    }

    [BrowserFact]
    public async Task Finding_ThatTheStreamDoesNotHold_IsSaidToBeNotThere()
    {
        await using var page = await console.OpenAsync("/findings/999999999");

        await page.SeesAsync("the stream holds no finding 999999999");
    }

    [GeneratedRegex("^[0-9a-f]{64}$")]
    private static partial Regex ContainerId();
}
