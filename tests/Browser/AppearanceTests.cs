using Microsoft.Playwright;
using TraceeMesh.Contracts.Findings;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Browser;

/// <summary>How every page looks, light and dark, wide and on a phone; leaves a picture of each in <c>artifacts/screenshots</c>.</summary>
[Collection(ConsoleCollection.Name)]
public sealed class AppearanceTests(ConsoleFixture console)
{
    private const int PhoneWidth = 390;

    /// <summary>Every text whose contrast with what is behind it is below WCAG AA: 4.5, or 3 where it is large.</summary>
    private const string Faint = """
        () => {
          const channel = c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
          const parse = text => { const n = text.match(/[\d.]+/g).map(Number); return { rgb: n.slice(0, 3), alpha: n[3] ?? 1 }; };
          const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
          const behind = element => {
            for (let e = element; e; e = e.parentElement) {
              const color = parse(getComputedStyle(e).backgroundColor);
              if (color.alpha === 1) { return color.rgb; }
              if (color.alpha > 0) { throw new Error(`a translucent background at ${e.className}`); }
            }
            return parse(getComputedStyle(document.documentElement).backgroundColor).rgb;
          };
          const faint = [];
          const check = (element, color, what) => {
            const style = getComputedStyle(element);
            const [a, b] = [light(parse(color).rgb), light(behind(element))].sort((x, y) => y - x);
            const size = parseFloat(style.fontSize);
            const wanted = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
            const ratio = (a + 0.05) / (b + 0.05);
            if (ratio < wanted) { faint.push(`${what}: ${ratio.toFixed(2)}`); }
          };
          const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          let count = 0;
          while (texts.nextNode()) {
            const element = texts.currentNode.parentElement;
            if (texts.currentNode.data.trim() && element.checkVisibility() && element.tagName !== "NOSCRIPT") {
              count++;
              check(element, getComputedStyle(element).color, `${element.tagName}.${element.className} "${texts.currentNode.data.trim().slice(0, 30)}"`);
            }
          }
          document.querySelectorAll("input[placeholder]").forEach(input => check(input, getComputedStyle(input, "::placeholder").color, `placeholder ${input.placeholder}`));
          if (count < 10) { faint.push(`only ${count} texts are seen`); }
          return faint;
        }
        """;

    [BrowserFact]
    public async Task EveryPage_InBothThemes_HasContrast_FitsAPhone_AndComplainsOfNothing()
    {
        var last = await console.StoreAsync(
            FindingMessage.Of("appearance_info", Severity.Info),
            FindingMessage.Of("appearance_low"),
            FindingMessage.Of("appearance_medium", Severity.Medium),
            FindingMessage.Of("appearance_high", Severity.High).In("cart-0", "cart-pod", "node-x"),
            FindingMessage.Of("appearance_critical", Severity.Critical).Missing(37));
        var pictures = Directory.CreateDirectory(SourceTree.File("artifacts/screenshots"));
        (string Name, string Path, string Shows)[] pages =
        [
            ("findings", "/", ".row"),
            ("finding", $"/findings/{last}", "dl"),
            ("ancestry", $"/findings/{console.CapturedSequence}", ".tree"),
            ("mesh", "/mesh", ".hops"),
            ("signatures", "/signatures", "tbody tr"),
            ("containers", "/containers", ".note"),
            ("processes", "/processes", ".tree"),
            ("dns", "/dns", ".note"),
            ("sources", "/sources", "tbody tr"),
            ("source", "/sources?source=e2e_inst%2Fdemo", ".form"),
        ];
        foreach (var (scheme, width) in new[] { (ColorScheme.Light, 1280), (ColorScheme.Dark, 1280), (ColorScheme.Light, PhoneWidth), (ColorScheme.Dark, PhoneWidth) })
        {
            foreach (var (name, path, shows) in pages)
            {
                var options = new BrowserNewContextOptions { ColorScheme = scheme, ViewportSize = new ViewportSize { Width = width, Height = 800 }, ReducedMotion = ReducedMotion.Reduce };
                await using var page = await console.OpenAsync(path, options);
                await page.Page.Locator(shows).First.WaitForAsync();
                await page.Page.Locator(".live.on").WaitForAsync();
                var which = $"{name}-{scheme}-{width}".ToLowerInvariant();
                await page.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(pictures.FullName, $"{which}.png") });

                var faint = await page.Page.EvaluateAsync<string[]>(Faint);
                Assert.True(faint.Length == 0, $"{which}: {string.Join("; ", faint)}");
                Assert.True(await page.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), $"{which} is wider than its window");
                page.IsClean();
            }
        }
    }

    [BrowserFact]
    public async Task Theme_Switched_StaysSwitched()
    {
        await using var page = await console.OpenAsync("/", new BrowserNewContextOptions { ColorScheme = ColorScheme.Light });
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Dark theme" }).ClickAsync();
        await page.Page.ReloadAsync();

        Assert.Equal("dark", await page.Page.EvaluateAsync<string>("document.documentElement.dataset.theme"));
        Assert.Equal("dark", await page.Page.EvaluateAsync<string>("getComputedStyle(document.documentElement).colorScheme"));
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Light theme" }).WaitForAsync();
    }
}
