using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

/// <summary>What becomes of spans that an exporter retains, and of those behind them.</summary>
[Category("Flush")]
public sealed class RetainedSpanTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Never = TimeSpan.FromDays(1);

    /// <summary>A delay that is over before anything else happens.</summary>
    private static readonly TimeSpan AtOnce = TimeSpan.FromTicks(1);

    [Test]
    public async Task FlushAsync_DuringTheDelay_IsAnsweredAtOnceWithoutAnExport()
    {
        OutcomeExporter exporter = Refusing(TimeSpan.FromHours(1));
        using BatchTraceProcessor processor = Processor(exporter);
        var answers = new List<FlushResult>();
        for (int i = 0; i < 500; i++)
        {
            processor.OnEnd(Spans.Ended());
            answers.Add(await processor.FlushAsync(Timeout.InfiniteTimeSpan));
        }

        Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(FlushStatus.TimedOut));
        Assert.That(answers.Select(answer => answer.Lost), Is.All.Zero);
        Assert.That(exporter.Calls, Is.EqualTo(1));
        Assert.That(processor.Pipeline.Waiting, Is.EqualTo(500));
    }

    [Test]
    public async Task FlushAsync_WaitsWhenTheDelayBegins_IsAnsweredAtOnce()
    {
        using var gate = new Gate();
        OutcomeExporter exporter = Refusing(TimeSpan.FromHours(1), gate);
        using BatchTraceProcessor processor = Processor(exporter);
        processor.OnEnd(Spans.Ended());
        processor.Pipeline.RequestExport();
        await gate.EnteredAsync();
        processor.OnEnd(Spans.Ended());
        Task<FlushResult> behind = processor.FlushAsync(Timeout.InfiniteTimeSpan).AsTask();

        gate.Open();

        Assert.That((await Until.DoneAsync(behind, "the flush")).Status, Is.EqualTo(FlushStatus.TimedOut));
        Assert.That(exporter.Calls, Is.EqualTo(1));
    }

    [Test]
    public async Task EndAsync_ManyJobsDuringTheDelay_MakeNoExport()
    {
        OutcomeExporter exporter = Refusing(TimeSpan.FromHours(1));
        using var pipeline = new Pipeline(batching: new BatchTraceProcessorOptions { ScheduleDelay = Never }, exporter: exporter);
        FlushResult[] results = await Task.WhenAll(
            Enumerable.Range(0, 100).Select(_ => Task.Run(() => pipeline.Start().EndAsync().AsTask())));

        Assert.That(results.Select(result => result.Status), Is.All.EqualTo(FlushStatus.TimedOut));
        Assert.That(exporter.Calls, Is.EqualTo(1));
    }

    [Test]
    public async Task Export_DelayIsOver_ProbesWithoutBeingAsked()
    {
        bool down = true;
        var exporter = new OutcomeExporter
        {
            OnExport = (_, outcomes, _) => Array.Fill(outcomes, down ? ExportOutcome.Retained : ExportOutcome.Delivered),
            RetryAfter = TimeSpan.FromMilliseconds(1),
        };
        using BatchTraceProcessor processor = Processor(exporter);
        for (int i = 0; i < 10; i++)
            processor.OnEnd(Spans.Ended());
        await processor.FlushAsync(Long);
        down = false;

        await Until.TrueAsync(() => exporter.Delivered.Count == 10, "what was retained has arrived");
    }

    [Test]
    public async Task LastFlush_WhileAnExportIsAboutToFail_TriesOnceAfterIt()
    {
        using var gate = new Gate();
        var exporter = new OutcomeExporter();
        exporter.OnExport = (_, outcomes, _) =>
        {
            bool isFirst = exporter.Calls == 1;
            if (isFirst)
                gate.Pass();
            Array.Fill(outcomes, isFirst ? ExportOutcome.Retained : ExportOutcome.Delivered);
        };
        using BatchTraceProcessor processor = Processor(exporter);
        processor.OnEnd(Spans.Ended());
        ValueTask<FlushResult> before = processor.FlushAsync(Long);
        await gate.EnteredAsync();

        FlushRequest last = processor.Pipeline.RequestFlush(null, default, Long, isLast: true);
        gate.Open();

        Assert.That((await last.AnswerAsync(CancellationToken.None)).Status, Is.EqualTo(FlushStatus.Delivered));
        Assert.That((await before).Status, Is.EqualTo(FlushStatus.TimedOut), "its own export failed");
        Assert.That(exporter.Calls, Is.EqualTo(2));
    }

    [Test]
    public async Task Shutdown_DuringTheDelay_TriesOnce([Values] bool isUp)
    {
        OutcomeExporter exporter = Refusing(TimeSpan.FromHours(1));
        BatchTraceProcessor processor = Processor(exporter);
        processor.OnEnd(Spans.Ended());
        await processor.FlushAsync(Long);
        if (isUp)
            exporter.OnExport = static (_, outcomes, _) => Array.Fill(outcomes, ExportOutcome.Delivered);

        bool delivered = processor.Shutdown((int)Long.TotalMilliseconds);

        Assert.That((delivered, exporter.Calls, processor.Pipeline.Health.Lost), Is.EqualTo((isUp, 2, isUp ? 0L : 1)));
        processor.Dispose();
    }

    [Test]
    public async Task Export_OneSpanFailsEveryBatch_NeighboursArriveWithFewRequests(
        [Values(2, 3, 16, 100)] int count, [Values(0, 0.5, 1)] double place)
    {
        int bad = (int)((count - 1) * place);
        OutcomeExporter exporter = Poisoned(1);
        using BatchTraceProcessor processor = Processor(exporter);
        for (int i = 0; i < count; i++)
            processor.OnEnd(Spans.Ended(i == bad ? "poison" : "innocent"));
        processor.Pipeline.RequestExport();

        await Until.TrueAsync(() => exporter.Delivered.Count == count - 1, "all but one have arrived");

        Assert.That(exporter.Calls, Is.LessThanOrEqualTo((2 * Math.Ceiling(Math.Log2(count))) + 2));
        Assert.That(processor.Pipeline.Health.Lost, Is.Zero, "the span at fault stays queued");
    }

    [Test]
    public async Task Export_SeveralSpansFailEveryBatch_NeighboursOfTheSameTraceArrive([Values(1, 4)] int concurrency)
    {
        OutcomeExporter exporter = Poisoned(concurrency);
        using BatchTraceProcessor processor = Processor(exporter);
        Activity root = Spans.Ended("root");
        for (int i = 0; i < 200; i++)
            processor.OnEnd(Spans.EndedBelow(root, i % 60 == 0 ? "poison" : "innocent"));
        processor.Pipeline.RequestExport();

        await Until.TrueAsync(() => exporter.Delivered.Count == 196, "all but four have arrived");
    }

    [Test]
    public void Take_SuspectsAreInFlight_SpansTakenNextAreNoSuspects()
    {
        using BatchTraceProcessor processor = Processor(new OutcomeExporter(2));
        var sender = new SpanSender(new OutcomeExporter(2), Timeout.InfiniteTimeSpan, NullLogger.Instance);
        object sync = new();
        var spans = new PendingSpans(processor.Pipeline, sender, backlog: null, maxQueueSize: 8, sync, TimeProvider.System);
        var retry = new ExportRetry(TimeProvider.System, Random.Shared);
        var batch = new ExportBatch(1);
        lock (sync)
        {
            spans.Queue.TryAdd(Spans.Ended("new"), default, out _);
            retry.OnRetained(1, hasDelivered: true, Stopwatch.GetTimestamp(), TimeSpan.Zero);
            spans.Take(batch, spans.Queue.Tail, retry);
            Assert.That(batch.Count, Is.Zero, "another thread has the suspect");

            spans.Take(batch, spans.Queue.Tail, retry);
        }

        Assert.That(batch.Count, Is.EqualTo(1));
        Assert.That(batch.HoldsSuspects, Is.False, "it has not failed yet: a failure of it alone must not set it apart");
    }

    [Test]
    public async Task FlushAsync_SpanAtFaultIsKnown_OthersAreDeliveredAndNoFlushWaitsForIt()
    {
        OutcomeExporter exporter = Poisoned(1);
        using BatchTraceProcessor processor = Processor(exporter);
        foreach (string name in (string[])["innocent", "poison", "innocent"])
            processor.OnEnd(Spans.Ended(name));
        processor.Pipeline.RequestExport();
        await Until.TrueAsync(() => exporter.Delivered.Count == 2, "the neighbours have arrived");
        await Until.TrueAsync(() => exporter.InFlight == 0 && processor.Pipeline.Waiting == 1, "the span at fault waits apart");
        int calls = exporter.Calls;

        processor.OnEnd(Spans.Ended("later"));
        FlushResult everything = await processor.FlushAsync(Timeout.InfiniteTimeSpan);

        Assert.That(everything, Is.EqualTo(new FlushResult(FlushStatus.TimedOut, 1, 0, everything.Elapsed)));
        Assert.That(exporter.Calls, Is.EqualTo(calls + 1));
    }

    [Test]
    public async Task EndAsync_SpanOfAnotherTraceIsAtFault_IsDelivered()
    {
        OutcomeExporter exporter = Poisoned(1);
        using var pipeline = new Pipeline(batching: new BatchTraceProcessorOptions { ScheduleDelay = Never }, exporter: exporter);
        FlushResult poison = await EndAsync(pipeline, "poison");
        var results = new List<FlushResult>();
        await Until.TrueAsync(
            () =>
            {
                results.Add(EndAsync(pipeline, "innocent").AsTask().GetAwaiter().GetResult());
                return results[^1].Status == FlushStatus.Delivered;
            },
            "a job's trace is delivered");
        FlushResult next = await EndAsync(pipeline, "innocent");

        Assert.That(poison.Status, Is.EqualTo(FlushStatus.TimedOut));
        Assert.That(results.Select(result => result.Lost), Is.All.Zero);
        Assert.That(next.Status, Is.EqualTo(FlushStatus.Delivered));
        Assert.That(exporter.Delivered.Select(span => span.DisplayName), Is.All.EqualTo("innocent"));
    }

    [Test]
    public void IsolatedSpans_SpanFailsAloneWhileOthersAreDelivered_IsGivenUpAfterTenTimes()
    {
        var time = new FakeTimeProvider();
        var isolated = new IsolatedSpans(time);
        var span = new IsolatedSpan(Spans.Ended(), null, 0, 0, null);
        var delays = new List<double>();
        while (isolated.TryAdd(span, isAtFault: true))
        {
            TimeSpan delay = isolated.UntilDue();
            delays.Add(delay.TotalSeconds);
            time.Advance(delay - TimeSpan.FromTicks(1));
            Assert.That(isolated.TakeDue(), Is.Null, "its time has not come");
            time.Advance(TimeSpan.FromTicks(1));
            span = isolated.TakeDue()!;
        }

        Assert.That(delays, Is.EqualTo(new double[] { 5, 10, 20, 40, 60, 60, 60, 60, 60 }));
    }

    [Test]
    public void IsolatedSpans_EverythingFails_IsNeverGivenUp()
    {
        var isolated = new IsolatedSpans(new FakeTimeProvider());
        var span = new IsolatedSpan(Spans.Ended(), null, 0, 0, null);
        for (int i = 0; i < 100; i++)
        {
            Assert.That(isolated.TryAdd(span, isAtFault: false), Is.True);
            Assert.That(isolated.TakeDue(), Is.Null, "nothing was delivered since");
            span = isolated.TakeWaiting()!;
        }
    }

    private static async ValueTask<FlushResult> EndAsync(Pipeline pipeline, string name) => await pipeline.Start(name).EndAsync();

    private static OutcomeExporter Refusing(TimeSpan retryAfter, Gate? gate = null) => new()
    {
        RetryAfter = retryAfter,
        OnExport = (_, outcomes, _) =>
        {
            gate?.Pass();
            Array.Fill(outcomes, ExportOutcome.Retained);
        },
    };

    /// <summary>Retains every batch that holds a span named poison.</summary>
    private static OutcomeExporter Poisoned(int concurrency) => new(concurrency)
    {
        RetryAfter = AtOnce,
        OnExport = static (batch, outcomes, _) => Array.Fill(
            outcomes, batch.Any(span => span.DisplayName == "poison") ? ExportOutcome.Retained : ExportOutcome.Delivered),
    };

    private static BatchTraceProcessor Processor(OutcomeExporter exporter) =>
        new(exporter, new BatchTraceProcessorOptions { ScheduleDelay = Never });
}
