using Microsoft.Playwright;
using OpenTelemetry.Exporter;
using static Microsoft.Playwright.Assertions;

namespace WorkerTracing.Dashboard.Tests;

/// <summary>The page of a worker with a flight recorder, during an outage of the collector.</summary>
[NonParallelizable] // every TracerProvider of the process records the jobs of all tests: the recorder would have theirs
public sealed class RecorderViewTests
{
    private readonly string _directory = Directory.CreateTempSubdirectory("dashboard-recorder-").FullName;

    [TearDown]
    public void DeleteDirectory() => Directory.Delete(_directory, recursive: true);

    [Test]
    public async Task Page_CollectorDown_ShowsTheTraceAsStoredAndTheRecordersFill()
    {
        await using DashboardApp app = await DashboardApp.StartAsync(
            services: services => services.AddWorkerTracing().AddFlightRecorder(_directory).AddOtlpExporter(static otlp =>
            {
                otlp.Protocol = OtlpExportProtocol.HttpProtobuf;
                otlp.Endpoint = new Uri("http://127.0.0.1:9/v1/traces"); // nothing listens there
            }),
            tracing: static options => options.Flush = FlushMode.Wait,
            hasExporter: false);
        await app.RunAsync(new JobInfo { System = "hosted", Name = "index" });
        await using BrowserPage browser = await Chromium.OpenAsync(app.Page);

        await Expect(browser.Recent.GetByText("Stored, 2 spans")).ToBeVisibleAsync();
        await browser.Page.GetByRole(AriaRole.Link, new() { Name = "Delivery" }).ClickAsync();

        ILocator recorder = browser.Page.GetByRole(AriaRole.Region, new() { Name = "Flight recorder" });
        await Expect(recorder.GetByText(_directory)).ToBeVisibleAsync();
        await Expect(recorder.GetByText("Recording", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(recorder.GetByRole(AriaRole.Meter, new() { Name = "Disk space of the flight recorder" })).ToBeVisibleAsync();
        await Expect(recorder.GetByText("of 256 MiB")).ToBeVisibleAsync();
        await browser.ScreenshotAsync("recorder");
    }
}
