using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace WorkerTracing.Dashboard.Tests;

/// <summary>
/// The three views in both colour schemes, on a phone and on a wide screen: no violation of the accessibility rules of axe-core, nothing
/// wider than the screen. The screenshots are kept in artifacts/screenshots.
/// </summary>
public sealed class AppearanceTests
{
    [Test]
    public async Task View_InEachSchemeAndWidth_IsAccessible(
        [Values("jobs", "delivery", "trace")] string view, [Values] bool dark, [Values(390, 1600)] int width)
    {
        string axe = Axe.Source();
        await using DashboardApp app = await DashboardApp.StartAsync(
            static options => options.TraceUrl = "https://traces.example/{traceId}",
            tracing: static options => options.Flush = FlushMode.Wait);
        var end = new TaskCompletionSource();
        Task running = app.RunAsync(new JobInfo { System = "hosted", Name = "rebuild index" }, _ => end.Task);
        var mail = new JobInfo
        {
            System = "hangfire",
            Name = "MailJobs.SendAsync",
            Id = "17",
            Queue = "mails",
            Attempt = 2,
            EnqueuedAt = TimeProvider.System.GetUtcNow() - TimeSpan.FromSeconds(2),
        };
        JobTrace? failed = null;
        Assert.That(
            () => app.RunAsync(mail, job =>
            {
                failed = job;
                throw new InvalidOperationException("No address.");
            }),
            Throws.InvalidOperationException);

        string path = view switch { "jobs" => "", "delivery" => "/delivery", _ => $"/traces/{failed!.TraceId}" };
        await using BrowserPage browser = await Chromium.OpenAsync(
            new Uri($"{app.Page}{path}"), width, dark ? ColorScheme.Dark : ColorScheme.Light);
        await Expect(browser.Page.GetByRole(AriaRole.Status)).ToHaveTextAsync("live");
        if (view == "trace")
            await browser.Rows.First.ClickAsync();
        string content = view switch { "jobs" => ".tile", "delivery" => ".facts", _ => ".detail" };
        await Expect(browser.Page.Locator(content).First).ToBeVisibleAsync();

        await browser.Page.EvaluateAsync(axe);
        JsonElement result = await browser.Page.EvaluateAsync<JsonElement>(
            "axe.run().then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html).join(' | ')))");
        bool overflows = await browser.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth > innerWidth");
        await browser.ScreenshotAsync($"{view}-{(dark ? "dark" : "light")}-{width}");
        end.SetResult();
        await running;

        Assert.That(result.EnumerateArray().Select(static violation => violation.GetString()), Is.Empty);
        Assert.That(overflows, Is.False, "the page scrolls sideways");
        Assert.That(browser.Messages, Is.Empty, "errors or violations of the Content-Security-Policy in the console");
    }
}
