using System.Diagnostics;
using Microsoft.Extensions.Options;

namespace WorkerTracing.Dashboard.Tests;

/// <summary>The bounds of what is kept.</summary>
public sealed class TraceStoreTests : IDisposable
{
    private readonly ActivitySource _source = new($"TraceStoreTests.{Guid.NewGuid():N}");
    private readonly ActivityListener _listener;

    public TraceStoreTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source == _source,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _source.Dispose();
    }

    [Test]
    public void Add_MoreSpansThanBytes_DropsTheOldestTraces()
    {
        var store = new TraceStore(Options.Create(new WorkerTracingDashboardOptions { MaxBytes = 1024 * 1024 }));
        ActivityTraceId[] traces = [.. Enumerable.Range(0, 100).Select(_ => End(store, new string('x', 15_000)))];

        store.Refresh();

        Assert.That(store.Find(traces[^1]), Is.Not.Null);
        Assert.That(store.Find(traces[0]), Is.Null);
        Assert.That(traces.Count(trace => store.Find(trace) is not null), Is.InRange(20, 40), "1 MiB over 30 kB");
    }

    [Test]
    public void Add_SpansOfTracesWithoutAJob_KeepsFewOfThem()
    {
        var store = new TraceStore(Options.Create(new WorkerTracingDashboardOptions()));
        ActivityTraceId[] traces = [.. Enumerable.Range(0, 1000).Select(_ => End(store, ""))];

        Assert.That(traces.Count(trace => store.Find(trace) is not null), Is.EqualTo(200));
    }

    [Test]
    public void Add_AtAHighRate_KeepsAShareOfWholeTraces()
    {
        var store = new TraceStore(Options.Create(new WorkerTracingDashboardOptions()));
        store.Adapt(tracesPerSecond: 10_000);
        int kept = 0;
        for (int i = 0; i < 4000; i++)
        {
            ActivityTraceId trace = End(store, "", End(store, ""));
            if (store.Find(trace) is { } found)
            {
                kept++;
                Assert.That(found.Spans, Has.Count.EqualTo(2), "a trace is kept whole or not at all");
            }
        }

        Assert.That(kept / 4000.0, Is.EqualTo(store.Share).Within(0.02));
        Assert.That(store.Share, Is.EqualTo(0.025).Within(0.001));
    }

    [Test]
    public void Add_AVeryLargeTrace_KeepsTheFirstSpansAndCountsAll()
    {
        var store = new TraceStore(Options.Create(new WorkerTracingDashboardOptions()));
        ActivityTraceId trace = End(store, "");
        for (int i = 1; i < 6000; i++)
            End(store, "", trace);

        TraceSnapshot found = store.Find(trace)!;

        Assert.That((found.Spans.Count, found.EndedSpans), Is.EqualTo((5000, 6000)));
    }

    private ActivityTraceId End(TraceStore store, string text, ActivityTraceId trace = default)
    {
        Activity? ambient = Activity.Current;
        Activity.Current = null;
        ActivityContext parent = trace == default
            ? default
            : new ActivityContext(trace, ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);
        using Activity span = _source.StartActivity("work", ActivityKind.Internal, parent)!;
        span.SetTag("text", text);
        span.Stop();
        Activity.Current = ambient;
        store.Add(span);
        return span.TraceId;
    }
}
