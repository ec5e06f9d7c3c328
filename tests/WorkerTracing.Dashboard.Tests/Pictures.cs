using System.Text.RegularExpressions;
using Microsoft.Playwright;
using WorkerTracing.Testing;
using static Microsoft.Playwright.Assertions;

namespace WorkerTracing.Dashboard.Tests;

/// <summary>
/// Makes the pictures of README.md and docs/jobs-page.md: samples/HangfireWorker runs for three minutes, and Chromium takes its jobs page
/// in both colour schemes. Runs when it is asked for by name alone:
/// <c>dotnet test tests/WorkerTracing.Dashboard.Tests --filter Name~Pictures</c>.
/// </summary>
[Explicit("Writes to docs/images.")]
public sealed partial class Pictures
{
    private const int Width = 1240;
    private const int Scrollbar = 15; // the page keeps room for one

    private static readonly TimeSpan Duration = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan BetweenReports = TimeSpan.FromSeconds(3);

    [Test]
    public async Task Pictures_OfTheJobsPage_AreWritten()
    {
        string configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        await using var sample = ChildProcess.StartDotnet(
            [
                Repository.PathOf($"artifacts/bin/HangfireWorker/{configuration}/HangfireWorker.dll"), "--urls", "http://127.0.0.1:0",
            ]);
        await sample.WroteAsync(Listening());
        var address = new Uri(Listening().Match(sample.Output).Groups[1].Value);
        using var client = new HttpClient { BaseAddress = address };
        using var timer = new PeriodicTimer(BetweenReports);
        for (TimeSpan passed = TimeSpan.Zero; passed < Duration; passed += BetweenReports)
        {
            (await client.GetAsync(new Uri("/report", UriKind.Relative))).EnsureSuccessStatusCode();
            await timer.WaitForNextTickAsync();
        }

        foreach (ColorScheme scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            string suffix = scheme == ColorScheme.Dark ? "dark" : "light";
            await using BrowserPage browser = await Chromium.OpenAsync(new Uri(address, "/worker-tracing"), Width, scheme, scale: 1.5f);
            await Expect(browser.Page.GetByRole(AriaRole.Status)).ToHaveTextAsync("live");
            await Expect(browser.Page.Locator(".tile").First).ToBeVisibleAsync();
            await WriteAsync(browser.Page, $"jobs-page-{suffix}", 860);

            await browser.Recent.GetByRole(AriaRole.Link, new() { Name = "Jobs.Mail" }).First.ClickAsync();
            await Expect(browser.Rows.First).ToBeVisibleAsync();
            await WriteAsync(browser.Page, $"jobs-page-trace-{suffix}", 800);
        }
    }

    /// <summary>Takes the top of the page as a WebP, which Chromium itself encodes: a fifth of the PNG.</summary>
    private static async Task WriteAsync(IPage page, string name, int height)
    {
        await page.SetViewportSizeAsync(Width, height);
        byte[] png = await page.ScreenshotAsync(new PageScreenshotOptions
        {
            Clip = new Clip { Width = Width - Scrollbar, Height = height },
        });
        IPage canvas = await page.Context.NewPageAsync();
        string webp = await canvas.EvaluateAsync<string>(
            """
            async png => {
                const bitmap = await createImageBitmap(await (await fetch("data:image/png;base64," + png)).blob());
                const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
                canvas.getContext("2d").drawImage(bitmap, 0, 0);
                const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: "image/webp", quality: 0.8 })).arrayBuffer());
                return btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ""));
            }
            """,
            Convert.ToBase64String(png));
        await canvas.CloseAsync();
        await File.WriteAllBytesAsync(Repository.PathOf($"docs/images/{name}.webp"), Convert.FromBase64String(webp));
    }

    [GeneratedRegex(@"Now listening on: (http://127\.0\.0\.1:\d+)")]
    private static partial Regex Listening();
}
