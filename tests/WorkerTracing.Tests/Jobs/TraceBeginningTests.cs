using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;

namespace WorkerTracing.Tests;

[NonParallelizable] // every TracerProvider of the process records the jobs of all tests: the source is shared
public sealed class TraceBeginningTests
{
    private static readonly DateTimeOffset Began = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    [TestCase(null)]
    [TestCase("vendor=1")]
    [TestCase("a=1,b=2")]
    public void AddAndFind_RoundTrip(string? state)
    {
        string added = TraceBeginning.Add(state, Began);

        Assert.That(TraceBeginning.Find(added), Is.EqualTo(Began));
        Assert.That(added, Does.EndWith(state ?? ""));
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
    public void Add_ToAStateThatIsFull_LeavesIt()
    {
        string full = "vendor=" + new string('x', 500);

        Assert.That(TraceBeginning.Add(full, Began), Is.EqualTo(full));
    }

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
            time);
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
