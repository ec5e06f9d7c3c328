using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace WorkerTracing.Dashboard.Tests;

/// <summary>The overview in a real browser.</summary>
public sealed partial class JobsViewTests
{
    [Test]
    public async Task Job_WhileItRunsAndAfterItsEnd_MovesFromRunningToRecent()
    {
        await using DashboardApp app = await DashboardApp.StartAsync(tracing: static options => options.Flush = FlushMode.Wait);
        await using BrowserPage browser = await Chromium.OpenAsync(app.Page);
        var end = new TaskCompletionSource();

        var mail = new JobInfo { System = "hangfire", Name = "MailJobs.SendAsync", Id = "17", Queue = "mails" };

        Task job = app.RunAsync(mail, _ => end.Task);
        await Expect(browser.Running.GetByText("MailJobs.SendAsync")).ToBeVisibleAsync();
        end.SetResult();
        await job;

        await Expect(browser.Running.GetByText("MailJobs.SendAsync")).ToBeHiddenAsync();
        ILocator row = browser.Recent.GetByRole(AriaRole.Row).Filter(new() { HasText = "MailJobs.SendAsync" });
        await Expect(row.GetByText("Succeeded")).ToBeVisibleAsync();
        await Expect(row.GetByText("Delivered in")).ToBeVisibleAsync();
        await Expect(row.GetByText("Hangfire · mails · 17")).ToBeVisibleAsync();
        Assert.That(browser.Messages, Is.Empty);
    }

    [Test]
    public async Task Job_ThatFailsAndIsTriedAgain_LeadsFromEachAttemptToTheOther()
    {
        await using DashboardApp app = await DashboardApp.StartAsync();
        ActivityContext first = default;
        Assert.That(
            () => app.RunAsync(new JobInfo { System = "quartz", Name = "reports.daily" }, job =>
            {
                first = job.Activity!.Context;
                throw new InvalidOperationException("The report has no data.");
            }),
            Throws.InvalidOperationException);
        await app.RunAsync(new JobInfo { System = "quartz", Name = "reports.daily", Attempt = 2, Links = [PreviousAttempt(first)] });

        await using BrowserPage browser = await Chromium.OpenAsync(app.Page);
        await browser.Recent.GetByRole(AriaRole.Row).Filter(new() { HasText = "Succeeded" }).GetByRole(AriaRole.Link).ClickAsync();
        await browser.Page.GetByRole(AriaRole.Link, new() { Name = "Previous attempt" }).ClickAsync();

        await Expect(browser.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("reports.daily");
        await Expect(browser.Page.GetByText("Failed")).ToBeVisibleAsync();
        await browser.Rows.First.ClickAsync();
        await Expect(browser.Page.GetByText("The report has no data.").First).ToBeVisibleAsync();
        await Expect(browser.Page.GetByLabel("Stack trace")).ToContainTextAsync(nameof(JobsViewTests));
        await Expect(browser.Page.GetByRole(AriaRole.Link, new() { Name = "Next attempt" })).ToBeVisibleAsync();
    }

    [Test]
    public async Task Filters_ByNameOutcomeFrameworkAndText_ShowTheJobsThatMatch()
    {
        await using DashboardApp app = await DashboardApp.StartAsync();
        await app.RunAsync(new JobInfo { System = "hangfire", Name = "MailJobs.SendAsync", Id = "mail-1" });
        await app.RunAsync(new JobInfo { System = "quartz", Name = "reports.daily", Id = "report-1" });
        Assert.That(
            () => app.RunAsync(new JobInfo { System = "quartz", Name = "reports.weekly" }, static _ => throw new TimeoutException()),
            Throws.InstanceOf<TimeoutException>());
        await using BrowserPage browser = await Chromium.OpenAsync(app.Page);
        ILocator rows = browser.Recent.Locator("tbody tr");
        await Expect(rows).ToHaveCountAsync(3);

        await browser.Page.GetByLabel("Job", new() { Exact = true }).SelectOptionAsync("reports.daily");
        await Expect(rows).ToHaveTextAsync([new System.Text.RegularExpressions.Regex("reports.daily")]);
        await browser.Page.GetByLabel("Job", new() { Exact = true }).SelectOptionAsync("");
        await browser.Page.GetByLabel("Outcome").SelectOptionAsync("failure");
        await Expect(rows).ToHaveTextAsync([new System.Text.RegularExpressions.Regex("reports.weekly")]);
        await browser.Page.GetByLabel("Outcome").SelectOptionAsync("");
        await browser.Page.GetByLabel("Framework").SelectOptionAsync("hangfire");
        await Expect(rows).ToHaveTextAsync([new System.Text.RegularExpressions.Regex("MailJobs.SendAsync")]);
        await browser.Page.GetByLabel("Framework").SelectOptionAsync("");
        await browser.Page.GetByLabel("Text").FillAsync("REPORT-1");
        await Expect(rows).ToHaveTextAsync([new System.Text.RegularExpressions.Regex("reports.daily")]);
    }

    [Test]
    public async Task Name_ThatHoldsMarkup_StaysText()
    {
        const string Hostile = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>";
        await using DashboardApp app = await DashboardApp.StartAsync();
        await app.RunAsync(new JobInfo { System = "hosted", Name = Hostile, Id = Hostile, Queue = Hostile }, job =>
        {
            job.SetMetadata(Hostile, Hostile);
            job.Activity!.AddEvent(new ActivityEvent(Hostile));
            return Task.CompletedTask;
        });
        await using BrowserPage browser = await Chromium.OpenAsync(app.Page);

        await browser.Recent.GetByRole(AriaRole.Link, new() { Name = Hostile }).ClickAsync();
        await browser.Rows.First.ClickAsync();

        await Expect(browser.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(Hostile);
        Assert.That(await browser.Page.Locator("main img, main script").CountAsync(), Is.Zero);
        Assert.That(await browser.Page.TitleAsync(), Does.Not.StartWith("owned"));
        Assert.That(browser.Messages, Is.Empty, "no error and no violation of the Content-Security-Policy");
    }

    [Test]
    public async Task Waterfall_ByKeyboard_MovesAndOpens()
    {
        await using DashboardApp app = await DashboardApp.StartAsync();
        JobTrace? trace = null;
        await app.RunAsync(new JobInfo { System = "hosted", Name = "index" }, job => Task.FromResult(trace = job));
        await using BrowserPage browser = await Chromium.OpenAsync(new Uri($"{app.Page}/traces/{trace!.TraceId}"));
        await Expect(browser.Rows).ToHaveCountAsync(2);

        await browser.Rows.First.FocusAsync();
        await browser.Page.Keyboard.PressAsync("ArrowDown");
        await browser.Page.Keyboard.PressAsync("Enter");

        await Expect(browser.Rows.Nth(1)).ToHaveAttributeAsync("aria-expanded", "true");
        await Expect(browser.Page.GetByText("42", new() { Exact = true })).ToBeVisibleAsync();
        await browser.Page.GetByRole(AriaRole.Button, new() { Name = "Copy trace id" }).ClickAsync();
        await Expect(browser.Page.GetByRole(AriaRole.Button, new() { Name = "Copied" })).ToBeVisibleAsync();
        Assert.That(await browser.Page.EvaluateAsync<string>("navigator.clipboard.readText()"), Is.EqualTo(trace.TraceId.ToHexString()));
    }

    [Test]
    public async Task Trace_OfALaterAttemptThatWaited_SaysSoNextToItsName()
    {
        await using DashboardApp app = await DashboardApp.StartAsync(tracing: static options => options.Flush = FlushMode.Wait);
        JobTrace? trace = null;
        DateTimeOffset due = TimeProvider.System.GetUtcNow() - TimeSpan.FromMinutes(5);
        await app.RunAsync(new JobInfo { System = "hosted", Name = "third", Attempt = 3, DueAt = due }, job =>
        {
            trace = job;
            job.Cancel();
            return Task.CompletedTask;
        });
        await using BrowserPage browser = await Chromium.OpenAsync(new Uri($"{app.Page}/traces/{trace!.TraceId}"));

        await Expect(browser.Rows.First.Locator(".meta")).ToHaveTextAsync(Notes());
        await Expect(browser.Rows.Nth(1).Locator(".meta")).ToHaveCountAsync(0);
    }

    [Test]
    public async Task Trace_ThatIsNotKept_SaysWhy()
    {
        await using DashboardApp app = await DashboardApp.StartAsync();
        await using BrowserPage browser = await Chromium.OpenAsync(new Uri($"{app.Page}/traces/{ActivityTraceId.CreateRandom()}"));

        await Expect(browser.Page.GetByText("The page keeps the newest traces of this process.")).ToBeVisibleAsync();
    }

    [Test]
    public async Task Delivery_OfAFailingExporter_ShowsWhatWasLost()
    {
        await using DashboardApp app = await DashboardApp.StartAsync(tracing: static options => options.Flush = FlushMode.Wait);
        app.Exporter.OnExport = static _ => OpenTelemetry.ExportResult.Failure;
        await app.RunAsync(new JobInfo { System = "hosted", Name = "index" });
        await using BrowserPage browser = await Chromium.OpenAsync(app.Page);

        await Expect(browser.Recent.GetByText("2 spans lost")).ToBeVisibleAsync();
        await browser.Page.GetByRole(AriaRole.Link, new() { Name = "Delivery" }).ClickAsync();

        // The exporter gets the jobs of tests that run beside this one, too: the source is shared.
        await Expect(browser.Page.GetByText(new Regex("exports? failed in a row"))).ToBeVisibleAsync();
        await Expect(browser.Page.GetByText(new Regex("^[0-9,]+: export failed$"))).ToBeVisibleAsync();
    }

    private static ActivityLink PreviousAttempt(ActivityContext context) =>
        new(context, new ActivityTagsCollection { ["worker_tracing.link"] = "previous_attempt" });

    [GeneratedRegex(@"^attempt 3, waited 5 min \d\d s, canceled$")]
    private static partial Regex Notes();
}
