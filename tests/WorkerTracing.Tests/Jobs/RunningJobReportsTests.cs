using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

public sealed class RunningJobReportsTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly Pipeline _pipeline = new();

    public void Dispose() => _pipeline.Dispose();

    [Test]
    public async Task Job_ThatRunsForLong_IsReportedWithItsProgressAtOnce()
    {
        JobTrace job = Tracer().Start(Pipeline.Job("import"));
        job.ReportProgress(450, 1000, "reading orders");

        _time.Advance(TimeSpan.FromSeconds(30));

        await Until.TrueAsync(() => Reports(job).Length == 1, "the report has been exported while the job runs");
        Activity report = Reports(job)[0];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.DisplayName, Is.EqualTo("import running"));
            Assert.That(report.ParentSpanId, Is.EqualTo(job.Activity!.SpanId));
            Assert.That(report.SpanId, Is.Not.EqualTo(job.Activity.SpanId));
            Assert.That(report.Duration.Ticks, Is.LessThanOrEqualTo(1), "an Activity lasts a tick at least");
            Assert.That(report.GetTagItem("worker_tracing.running_ms"), Is.EqualTo(30_000L));
            Assert.That(report.GetTagItem("worker_tracing.progress.completed"), Is.EqualTo(450.0));
            Assert.That(report.GetTagItem("worker_tracing.progress.total"), Is.EqualTo(1000.0));
            Assert.That(report.GetTagItem("worker_tracing.progress.message"), Is.EqualTo("reading orders"));
            Assert.That(JobTrace.Of(report), Is.SameAs(job), "exporters find the job");
        }

        FlushResult result = await job.EndAsync();
        Assert.That((result.Status, result.Exported), Is.EqualTo((FlushStatus.Delivered, 1)), "the report is in no flush");
    }

    [Test]
    public async Task Interval_FromReportToReport_DoublesUpToAnHour()
    {
        using JobTrace job = Tracer().Start(Pipeline.Job());
        var due = new List<TimeSpan>();
        TimeSpan at = TimeSpan.FromSeconds(30), interval = TimeSpan.FromMinutes(5);
        for (int i = 0; i < 8; i++)
        {
            due.Add(at);
            at += interval;
            interval = interval * 2 < TimeSpan.FromHours(1) ? interval * 2 : TimeSpan.FromHours(1);
        }

        TimeSpan now = TimeSpan.Zero;
        foreach (TimeSpan next in due)
        {
            _time.Advance(next - now - TimeSpan.FromSeconds(1));
            int before = due.IndexOf(next);
            await _pipeline.Processor.FlushAsync(TimeSpan.FromSeconds(30));
            Assert.That(Reports(job), Has.Length.EqualTo(before), $"a second before {next}");
            _time.Advance(TimeSpan.FromSeconds(1));
            now = next;
            await Until.TrueAsync(() => Reports(job).Length == before + 1, $"the report at {next}");
        }
    }

    [Test]
    public async Task Job_ThatEndsInTime_IsNotReported()
    {
        JobTracer tracer = Tracer();
        JobTrace first = tracer.Start(Pipeline.Job());
        JobTrace second = tracer.Start(Pipeline.Job());
        JobTrace third = tracer.Start(Pipeline.Job());
        _time.Advance(TimeSpan.FromSeconds(29));
        third.Dispose();
        first.Dispose();
        second.Dispose();

        _time.Advance(TimeSpan.FromHours(1));
        await _pipeline.Processor.FlushAsync(TimeSpan.FromSeconds(30));

        Assert.That(Reports(first).Concat(Reports(second)).Concat(Reports(third)), Is.Empty);
    }

    [Test]
    public async Task ReportRunningAfter_Infinite_ReportsNothing()
    {
        using JobTrace job = Tracer(new WorkerTracingOptions { ReportRunningAfter = Timeout.InfiniteTimeSpan }).Start(Pipeline.Job());

        _time.Advance(TimeSpan.FromDays(1));
        await _pipeline.Processor.FlushAsync(TimeSpan.FromSeconds(30));

        Assert.That(Reports(job), Is.Empty);
    }

    [Test]
    public void ReportProgress_AfterTheEnd_DoesNothing()
    {
        JobTrace job = Tracer().Start(Pipeline.Job());
        job.ReportProgress(1);
        job.Dispose();

        job.ReportProgress(2);

        Assert.That(job.Progress, Is.EqualTo(new JobProgress(1, null, null)));
    }

    [Test]
    public void Job_ThatIsNeverEnded_IsCollected()
    {
        JobTracer tracer = Tracer(new WorkerTracingOptions { ReportRunningAfter = TimeSpan.FromDays(1) });
        WeakReference job = StartAndForget(tracer);

        Until.True(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                GC.Collect();
                return !job.IsAlive;
            },
            "nothing holds the job");
        GC.KeepAlive(tracer);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static WeakReference StartAndForget(JobTracer tracer)
    {
        WeakReference? job = null;
        var thread = new Thread(() => job = new WeakReference(tracer.Start(Pipeline.Job())));
        thread.Start();
        thread.Join();
        return job!;
    }

    private JobTracer Tracer(WorkerTracingOptions? options = null) =>
        new(
            _pipeline.Provider,
            options ?? new() { Flush = FlushMode.Wait },
            flushProvider: false,
            NullLogger.Instance,
            _time,
            _pipeline.Jobs);

    private Activity[] Reports(JobTrace job) =>
        [.. _pipeline.Exporter.SpansOf(job.TraceId).Where(static span => span.GetTagItem("worker_tracing.running_ms") is not null)];
}
