using System.Collections.Concurrent;
using System.Diagnostics;
using Quartz;
using WorkerTracing.Testing;

namespace WorkerTracing.Quartz.Tests;

public sealed class JobScopeTests
{
    [Test]
    public async Task Execute_ChildSpans_AreUnderTheJobsSpan([Values] Attachment attachment)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(attachment);

        await traced.TriggerAsync(static async (_, _) =>
        {
            using (ScriptedJob.Source.StartActivity("at once"))
                await Task.Yield();
            await Task.Run(static () => ScriptedJob.Source.StartActivity("elsewhere")?.Dispose(), CancellationToken.None);
            using (ScriptedJob.Source.StartActivity("after awaits"))
            {
            }
        });

        Activity job = await traced.JobSpanAsync();
        Activity[] children = [.. traced.Trace(job.TraceId).Where(span => span.ParentSpanId == job.SpanId)];
        Assert.That(children.Select(static span => span.DisplayName), Is.EqualTo(new[] { "at once", "elsewhere", "after awaits" }));
        Assert.That(job.ParentSpanId, Is.EqualTo(default(ActivitySpanId)), "nobody triggered it, so it is a root");
    }

    [Test]
    public async Task Execute_SideBySide_SharesNoTrace([Values] Attachment attachment)
    {
        const int Jobs = 10;
        await using TracedScheduler traced = await TracedScheduler.StartAsync(attachment, quartz: static q => q.UseDefaultThreadPool(Jobs));
        using var together = new CountdownEvent(Jobs);
        var released = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        for (int i = 0; i < Jobs; i++)
        {
            await traced.TriggerAsync(async (_, _) =>
            {
                if (together.Signal())
                    released.SetResult();
                await released.Task;
                using Activity? child = ScriptedJob.Source.StartActivity("child");
            });
        }

        IReadOnlyList<Activity> jobs = await traced.JobSpansAsync(Jobs);
        Assert.That(jobs.Select(static job => job.TraceId).Distinct().Count(), Is.EqualTo(Jobs));
        Assert.That(
            jobs.Select(job => traced.Trace(job.TraceId).Count),
            Is.All.EqualTo(2),
            "each trace holds its job and that job's child");
    }

    [Test]
    public async Task Execute_OneAfterTheOther_LeavesNothingBehind([Values] Attachment attachment)
    {
        var around = new AmbientListener();
        await using TracedScheduler traced = await TracedScheduler.StartAsync(
            attachment,
            quartz: q => q.UseDefaultThreadPool(1).AddJobListener(around));

        for (int i = 0; i < 5; i++)
            await traced.TriggerAsync(static _ => { });

        IReadOnlyList<Activity> jobs = await traced.JobSpansAsync(5);
        await traced.DrainAsync();
        Assert.That(jobs.Select(static job => job.TraceId).Distinct().Count(), Is.EqualTo(5));
        Assert.That(around.SeenBefore, Is.EqualTo(new (Activity?, JobTrace?)[5]), "no firing begins in the trace of another");
        Assert.That(around.SeenAfter, Is.EqualTo(new (Activity?, JobTrace?)[5]), "the trace is closed when listeners are told");
    }

    [Test]
    public async Task Start_InsideARequest_KeepsTheRequestOutOfTheJobs([Values] Attachment attachment)
    {
        using var request = new Activity("request");
        request.ActivityTraceFlags = ActivityTraceFlags.Recorded;
        request.Start();
        await using TracedScheduler traced = await TracedScheduler.StartAsync(attachment);
        request.Stop();
        Activity.Current = null;

        await traced.TriggerAsync(static _ => { });

        Assert.That(
            (await traced.JobSpanAsync()).TraceId,
            Is.Not.EqualTo(request.TraceId),
            "the scheduler's loop inherits its starter's context");
    }

    [Test]
    public async Task Attach_TwiceAndInTwoWays_TracesOnce([Values] Attachment attachment)
    {
        await using TracedScheduler traced = await TracedScheduler.StartAsync(
            attachment,
            static options => options.Flush = FlushMode.Wait,
            static q => q.UseWorkerTracing(NoTracer()).UseWorkerTracing(NoTracer()));
        traced.Scheduler.ListenerManager.AddJobListener(new JobTraceListener(traced.Tracer));
        var listener = new JobTraceListener(traced.Tracer);
        traced.Scheduler.ListenerManager.AddJobListener(listener);
        traced.Scheduler.ListenerManager.AddJobListener(listener);
        JobTrace? seen = null;

        await traced.TriggerAsync(_ => seen = JobTrace.Current);

        Activity job = await traced.JobSpanAsync();
        await traced.DrainAsync();
        Assert.That(traced.JobSpans, Has.Count.EqualTo(1));
        Assert.That(traced.Trace(job.TraceId), Has.Count.EqualTo(1));
        Assert.That(seen!.Result.Status, Is.EqualTo(FlushStatus.Delivered));
        Assert.That(traced.Exporter.Calls, Is.EqualTo(1), "one flush, however often we are attached");
    }

    [Test]
    public async Task Attach_ToSeveralSchedulers_TracesEachWithItsOwnTracer([Values] Attachment attachment)
    {
        await using TracedScheduler one = await TracedScheduler.StartAsync(attachment);
        await using TracedScheduler other = await TracedScheduler.StartAsync(attachment);
        await using TracedScheduler untraced = await TracedScheduler.StartAsync(attachment, static options => options.Enabled = false);

        await one.TriggerAsync(static _ => { });
        await other.TriggerAsync(static _ => { });
        var ran = new TaskCompletionSource<JobTrace?>();
        await untraced.TriggerAsync(_ => ran.SetResult(JobTrace.Current));

        Activity first = await one.JobSpanAsync();
        Activity second = await other.JobSpanAsync();
        Assert.That(await Until.DoneAsync(ran.Task, "the untraced job runs"), Is.Null);
        await untraced.DrainAsync();
        Assert.That(first.TraceId, Is.Not.EqualTo(second.TraceId));
        Assert.That(untraced.JobSpans, Is.Empty);
    }

    private static JobTracer NoTracer() => new(OpenTelemetry.Trace.TracerProvider.Default, new WorkerTracingOptions { Enabled = false });

    private sealed class AmbientListener : TestJobListener
    {
        private readonly ConcurrentQueue<(Activity?, JobTrace?)> _before = new();
        private readonly ConcurrentQueue<(Activity?, JobTrace?)> _after = new();

        public (Activity?, JobTrace?)[] SeenBefore => [.. _before];

        public (Activity?, JobTrace?)[] SeenAfter => [.. _after];

        protected override void Before(IJobExecutionContext context) => _before.Enqueue((Activity.Current, JobTrace.Current));

        protected override void After(IJobExecutionContext context) => _after.Enqueue((Activity.Current, JobTrace.Current));
    }
}
