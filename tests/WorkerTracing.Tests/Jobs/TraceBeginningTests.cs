using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;

namespace WorkerTracing.Tests;

public sealed class TraceBeginningTests
{
    private static readonly DateTimeOffset Began = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    [Test]
    public void RecordAndFind_RoundTrip()
    {
        using Activity span = new Activity("span").Start();

        TraceBeginning.Record(span, Began);

        Assert.That(TraceBeginning.Find(span.TraceStateString), Is.EqualTo(Began));
        Assert.That(TraceBeginning.Find($"vendor=1, {span.TraceStateString}"), Is.EqualTo(Began));
        Assert.That(TraceBeginning.Of(span.Context), Is.EqualTo(Began));
    }

    [Test]
    public void Record_StateOfAnotherVendor_LeavesItAndRemembersTheTrace()
    {
        using Activity span = new Activity("span") { TraceStateString = "vendor=1" }.Start();

        TraceBeginning.Record(span, Began);
        TraceBeginning.Record(span, Began.AddHours(1));

        Assert.That(span.TraceStateString, Is.EqualTo("vendor=1"));
        Assert.That(TraceBeginning.Of(span.Context), Is.EqualTo(Began));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("vendor=1")]
    [TestCase("worker_tracing=")]
    [TestCase("worker_tracing=-1")]
    [TestCase("worker_tracing=nonsense")]
    [TestCase("worker_tracing=7fffffffffffffff")]
    [TestCase("xworker_tracing=1")]
    public void Find_NoBeginningOrNonsense_IsNull(string? state) => Assert.That(TraceBeginning.Find(state), Is.Null);

    [Test]
    public void Start_JobsThatEnqueueEachOther_MakeANewTraceAfterLinkAfter([Values(null, "vendor=1")] string? producersState)
    {
        using var pipeline = new Pipeline(new WorkerTracingOptions { LinkAfter = TimeSpan.FromMinutes(1) });
        var time = new FakeTimeProvider();
        var tracer = new JobTracer(
            pipeline.Provider,
            new WorkerTracingOptions { LinkAfter = TimeSpan.FromMinutes(1) },
            flushProvider: false,
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance,
            time,
            pipeline.Jobs);
        var origin = new JobOrigin(
            producersState is null
                ? default
                : new ActivityContext(
                    ActivityTraceId.CreateRandom(),
                    ActivitySpanId.CreateRandom(),
                    ActivityTraceFlags.Recorded,
                    producersState,
                    isRemote: true),
            null);
        var traces = new List<ActivityTraceId>();
        Activity? last = null;

        for (int i = 0; i < 8; i++)
        {
            JobTrace job = tracer.Start(Pipeline.Job() with
            {
                Trigger = JobTrigger.Enqueued,
                Origin = origin.Context,
                EnqueuedAt = time.GetUtcNow(),
            });
            origin = JobOrigin.Current;
            last = job.Activity;
            traces.Add(job.TraceId);
            job.Dispose();
            time.Advance(TimeSpan.FromSeconds(25));
        }

        Assert.That(
            traces.GroupBy(static trace => trace).Select(static trace => trace.Count()),
            Is.EqualTo(new[] { 3, 3, 2 }),
            "a trace takes jobs for a minute: at 0, 25 and 50 seconds");
        Assert.That(last!.Links, Is.Empty, "the last job continues its trace");
    }
}
