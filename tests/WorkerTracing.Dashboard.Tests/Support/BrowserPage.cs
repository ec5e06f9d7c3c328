using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace WorkerTracing.Dashboard.Tests;

/// <summary>A page in the browser, and what its console said.</summary>
internal sealed class BrowserPage : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _messages = new();

    public BrowserPage(IPage page)
    {
        Page = page;
        page.Console += (_, message) => _messages.Enqueue($"{message.Type}: {message.Text}");
        page.PageError += (_, error) => _messages.Enqueue($"error: {error}");
        page.RequestFailed += (_, request) => _messages.Enqueue($"failed: {request.Url}");
    }

    public IPage Page { get; }

    public IReadOnlyList<string> Messages => [.. _messages];

    public ILocator Recent => Page.GetByRole(AriaRole.Region, new() { Name = "Recent jobs" });

    public ILocator Running => Page.GetByRole(AriaRole.Region, new() { Name = "Running" });

    public ILocator Rows => Page.Locator(".row");

    public async Task ScreenshotAsync(string name) =>
        await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Chromium.ScreenshotPath(name), FullPage = true });

    public async ValueTask DisposeAsync() => await Page.Context.CloseAsync();
}
