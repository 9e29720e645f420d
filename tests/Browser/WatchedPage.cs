using System.Collections.Concurrent;
using Microsoft.Playwright;
using Xunit;

namespace TraceeMesh.Tests.Browser;

/// <summary>A page of the console and all that it complained of: errors of its script, violations of its policy, requests to anybody else.</summary>
internal sealed class WatchedPage : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _faults = new();

    private WatchedPage(IBrowserContext context, IPage page, string address)
    {
        _context = context;
        Page = page;
        page.PageError += (_, error) => _faults.Enqueue($"script: {error}");
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _faults.Enqueue($"console: {message.Text}");
            }
        };
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(address, StringComparison.Ordinal))
            {
                _faults.Enqueue($"request to {request.Url}");
            }
        };
    }

    public IPage Page { get; }

    public static async Task<WatchedPage> OpenAsync(IBrowser browser, string address, string path, BrowserNewContextOptions? options)
    {
        var context = await browser.NewContextAsync(options);
        var watched = new WatchedPage(context, await context.NewPageAsync(), address);
        await watched.Page.GotoAsync(address + path);
        return watched;
    }

    public ILocator Row(string text) => Page.Locator(".list a.row", new PageLocatorOptions { HasText = text });

    public Task SeesAsync(string text) => Page.GetByText(text).First.WaitForAsync();

    public void IsClean() => Assert.Empty(_faults);

    public ValueTask DisposeAsync() => _context.DisposeAsync();
}
