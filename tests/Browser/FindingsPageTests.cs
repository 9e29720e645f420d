using System.Globalization;
using Microsoft.Playwright;
using TraceeMesh.Contracts.Findings;
using Xunit;

namespace TraceeMesh.Tests.Browser;

/// <summary>The first page: what was found, as it comes.</summary>
[Collection(ConsoleCollection.Name)]
public sealed class FindingsPageTests(ConsoleFixture console)
{
    [BrowserFact]
    public async Task Page_Opened_ShowsWhatTheStreamHolds_AndThenWhatComes_WithoutReload()
    {
        await console.StoreAsync(FindingMessage.Of("was_there"));
        await using var page = await console.OpenAsync("/");
        await page.Row("was_there").First.WaitForAsync();
        await page.Page.EvaluateAsync("window.here = true");

        await console.StoreAsync(FindingMessage.Of("comes_by_itself", Severity.Critical));

        await page.Row("comes_by_itself").WaitForAsync();
        Assert.Contains("critical", await page.Row("comes_by_itself").InnerTextAsync(), StringComparison.Ordinal);
        Assert.True(await page.Page.EvaluateAsync<bool>("window.here"));
        page.IsClean();
    }

    [BrowserFact]
    public async Task Filters_LeaveWhatMatches_AndStayInTheAddress()
    {
        await console.StoreAsync(
            FindingMessage.Of("filter_one", Severity.High).In("cart-0", "cart-pod", "node-x").By("worker-one"),
            FindingMessage.Of("filter_two", Severity.Info).In("till-0", "till-pod", "node-y").By("worker-two"));
        await using var page = await console.OpenAsync("/");
        await page.Row("filter_one").WaitForAsync();

        foreach (var (label, text) in new[] { ("Signature", "FILTER_ONE"), ("Container", "cart-0"), ("Pod", "cart-pod"), ("Node", "node-x"), ("Text", "worker-one") })
        {
            await page.Page.GetByLabel(label, new PageGetByLabelOptions { Exact = true }).FillAsync(text);
            await page.Row("filter_two").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Detached });
            Assert.True(await page.Row("filter_one").IsVisibleAsync(), label);
            await page.Page.GetByLabel(label, new PageGetByLabelOptions { Exact = true }).FillAsync("");
            await page.Row("filter_two").WaitForAsync();
        }

        await page.Page.GetByLabel("Severity").SelectOptionAsync("high");
        await page.Row("filter_two").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Detached });
        Assert.Contains("severity=high", page.Page.Url, StringComparison.Ordinal);
        await page.Page.ReloadAsync();
        await page.Row("filter_one").WaitForAsync();
        Assert.Equal(0, await page.Row("filter_two").CountAsync());
        page.IsClean();
    }

    [BrowserFact]
    public async Task Finding_WithLossBeforeIt_SaysSoInTheList_AndAboveEverythingWhenOpened()
    {
        await console.StoreAsync(FindingMessage.Of("with_loss").Missing(37));
        await using var page = await console.OpenAsync("/");

        await page.Row("37 events lost before it").First.ClickAsync();

        await page.Page.GetByRole(AriaRole.Alert).GetByText("Incomplete: 37 events lost before it").WaitForAsync();
        await page.SeesAsync("ring_full 37");
        page.IsClean();
    }

    [BrowserFact]
    public async Task Keyboard_Alone_OpensAFinding_AndComesBack()
    {
        await console.StoreAsync(FindingMessage.Of("keyboard_first"), FindingMessage.Of("keyboard_second"));
        await using var page = await console.OpenAsync("/?signature=keyboard_");
        await page.Row("keyboard_second").WaitForAsync();

        await page.Page.Keyboard.PressAsync("Tab");
        Assert.Equal("Skip to content", await page.Page.EvaluateAsync<string>("document.activeElement.textContent"));
        for (var i = 0; i < 40 && !await page.Page.EvaluateAsync<bool>("document.activeElement.classList.contains('list')"); i++)
        {
            await page.Page.Keyboard.PressAsync("Tab");
        }

        await page.Page.Keyboard.PressAsync("ArrowDown");
        await page.Page.Keyboard.PressAsync("ArrowDown");
        Assert.True(await page.Page.EvaluateAsync<bool>("document.activeElement.matches('a.row:focus-visible')"));
        await page.Page.Keyboard.PressAsync("Enter");
        await page.Page.WaitForURLAsync("**/findings/*");
        await page.SeesAsync("Process ancestry");
        await page.Page.GoBackAsync();
        await page.Row("keyboard_second").WaitForAsync();
        page.IsClean();
    }

    [BrowserFact]
    public async Task TenThousandFindings_AreInTheList_AndFewAreDrawn()
    {
        const int count = 10_000;
        const int chunk = 1000;
        await using var page = await console.OpenAsync("/?signature=one_of_many");
        await page.Page.Locator(".live.on").WaitForAsync();

        // No faster than the page takes them: one that falls behind is told of a gap.
        for (var stored = 0; stored < count; stored += chunk)
        {
            await console.StoreAsync([.. Enumerable.Range(0, chunk).Select(_ => FindingMessage.Of("one_of_many"))]);
            var shown = (stored + chunk).ToString("N0", CultureInfo.InvariantCulture);
            await page.Page.Locator("p", new PageLocatorOptions { HasText = $"{shown} " }).First.WaitForAsync();
        }

        Assert.InRange(await page.Page.Locator(".list .row").CountAsync(), 5, 60);
        await page.Page.Locator(".list").PressAsync("End");
        await page.Page.WaitForFunctionAsync("() => { const list = document.querySelector('.list'); return list.scrollTop + list.clientHeight > list.scrollHeight - 60 && list.querySelectorAll('.row').length < 60; }");
        page.IsClean();
    }
}
