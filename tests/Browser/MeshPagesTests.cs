using Microsoft.Playwright;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Browser;

/// <summary>The mesh, its signatures, and what its data sources hold.</summary>
[Collection(ConsoleCollection.Name)]
public sealed class MeshPagesTests(ConsoleFixture console)
{
    [BrowserFact]
    public async Task Mesh_ShowsServices_AndTheBooksOfTheNode()
    {
        await using var page = await console.OpenAsync("/mesh");

        await page.SeesAsync($"Books of {LiveMesh.Node}");
        await page.SeesAsync("Nothing lost");
        foreach (var service in new[] { "collector-1", "enricher-1", "detector-1", "datasource-api-1" })
        {
            await page.SeesAsync(service);
        }

        page.IsClean();
    }

    [BrowserFact]
    public async Task Signatures_ShowHowEachOneIs()
    {
        await using var page = await console.OpenAsync("/signatures");
        var row = page.Page.Locator("tr", new PageLocatorOptions { HasText = ConsoleFixture.Captured });
        await row.WaitForAsync();

        Assert.Contains("TRC-1022", await row.InnerTextAsync(), StringComparison.Ordinal);
        Assert.Contains("running", await row.InnerTextAsync(), StringComparison.Ordinal);
        page.IsClean();
    }

    [BrowserFact]
    public async Task Processes_AreATree()
    {
        await using var page = await console.OpenAsync("/processes");
        await page.Page.Locator(".tree li").First.WaitForAsync();
        page.IsClean();
    }

    [BrowserFact]
    public async Task Write_ThroughThePage_IsReadByTheClient_DigitForDigit()
    {
        await using var page = await console.OpenAsync("/sources");
        await page.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "my_namespace/threshold_datasource" }).ClickAsync();
        var form = page.Page.Locator("section", new PageLocatorOptions { HasText = "Write to it" });
        await form.GetByLabel("Key").FillAsync("threshold");

        // Beyond what a double can hold.
        await form.GetByLabel("Value").FillAsync("9007199254740993");
        await form.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Write" }).ClickAsync();
        await page.SeesAsync("Written, as revision");

        var read = await console.Mesh.RunAsync("get", "my_namespace", "threshold_datasource", "threshold", "--json");
        Assert.Equal("""{"threshold":9007199254740993}""", read.Output.Trim());

        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Delete" }).ClickAsync();
        await page.SeesAsync("Deleted, as revision");
        Assert.Equal(3, (await console.Mesh.RunAsync("get", "my_namespace", "threshold_datasource", "threshold")).ExitCode);
        page.IsClean();
    }

    [BrowserFact]
    public async Task Write_OfWhatTheSourceDoesNotTake_IsRefusedWithTheReason()
    {
        await using var page = await console.OpenAsync("/sources?source=my_namespace%2Fthreshold_datasource");
        var form = page.Page.Locator("section", new PageLocatorOptions { HasText = "Write to it" });
        await form.GetByLabel("Key").FillAsync("another");
        await form.GetByLabel("Value").FillAsync("1");

        await form.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Write" }).ClickAsync();

        await page.SeesAsync("the source does not take this key");
    }
}
