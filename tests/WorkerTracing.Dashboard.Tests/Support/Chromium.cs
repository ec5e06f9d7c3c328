using Microsoft.Playwright;
using WorkerTracing.Testing;

namespace WorkerTracing.Dashboard.Tests;

/// <summary>The system's Chromium, started once for all tests. A test without it is skipped, or fails where servers are required.</summary>
[SetUpFixture]
public sealed class Chromium
{
    private static readonly string[] Paths = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    private static IPlaywright? _playwright;
    private static IBrowser? _browser;

    [OneTimeSetUp]
    public static async Task StartAsync()
    {
        if (Array.Find(Paths, File.Exists) is not { } path)
            return;
        Assertions.SetDefaultExpectTimeout(30_000);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = path, Args = ["--no-sandbox"] });
    }

    [OneTimeTearDown]
    public static async Task StopAsync()
    {
        if (_browser is not null)
            await _browser.CloseAsync();
        _playwright?.Dispose();
    }

    /// <summary>Opens a page. Its errors and the messages of its console are collected.</summary>
    internal static async Task<BrowserPage> OpenAsync(
        Uri address, int width = 1600, ColorScheme scheme = ColorScheme.Light, float scale = 1)
    {
        if (_browser is null)
        {
            const string Reason = "Chromium is not installed (Debian: apt-get install chromium).";
            if (RequiredServers.IsOn)
                Assert.Fail(Reason);
            Assert.Ignore(Reason);
        }

        IBrowserContext context = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = 1000 },
            ColorScheme = scheme,
            DeviceScaleFactor = scale,
            ReducedMotion = ReducedMotion.Reduce,
            Locale = "en-GB",
        });
        await context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        context.SetDefaultTimeout(30_000);
        IPage page = await context.NewPageAsync();
        var opened = new BrowserPage(page);
        await page.GotoAsync(address.AbsoluteUri);
        return opened;
    }

    /// <summary>Where screenshots are kept, for the person who looks at a run.</summary>
    public static string ScreenshotPath(string name) => Repository.PathOf($"artifacts/screenshots/{name}.png");
}
