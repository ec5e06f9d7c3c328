using System.Collections.Concurrent;
using System.Diagnostics;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

[Category("Flush")]
public sealed class OutcomeExporterTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Never = TimeSpan.FromDays(1);

    /// <summary>A delay that is over before anything else happens.</summary>
    private static readonly TimeSpan AtOnce = TimeSpan.FromTicks(1);

    private readonly Gate _gate = new();

    public void Dispose() => _gate.Dispose();

    [Test]
    public async Task FlushAsync_MixedOutcomes_CountsEach()
    {
        var exporter = new OutcomeExporter
        {
            OnExport = static (batch, outcomes, _) =>
            {
                for (int i = 0; i < batch.Length; i++)
                    outcomes[i] = batch[i].OperationName == "bad" ? ExportOutcome.Dropped : ExportOutcome.Delivered;
            },
        };
        using BatchTraceProcessor processor = Processor(exporter);
        End(processor, "good", "bad", "good");

        FlushResult result = await processor.FlushAsync(Long);

        Assert.That(result, Is.EqualTo(new FlushResult(FlushStatus.Failed, 2, 1, result.Elapsed)));
    }

    [Test]
    public async Task FlushAsync_OutcomeThatIsNone_IsALoss()
    {
        var exporter = new OutcomeExporter { OnExport = static (_, outcomes, _) => Array.Fill(outcomes, (ExportOutcome)9) };
        using BatchTraceProcessor processor = Processor(exporter);
        processor.OnEnd(Spans.Ended());

        FlushResult result = await processor.FlushAsync(Long);

        Assert.That(result, Is.EqualTo(new FlushResult(FlushStatus.Failed, 0, 1, result.Elapsed)));
        Assert.That(processor.Pipeline.Health.Lost, Is.EqualTo(1));
    }

    [Test]
    public async Task FlushAsync_RetainedSpans_AreTimedOutAtOnceAndArriveLater()
    {
        bool down = true;
        var exporter = new OutcomeExporter
        {
            OnExport = (_, outcomes, _) => Array.Fill(outcomes, down ? ExportOutcome.Retained : ExportOutcome.Delivered),
            RetryAfter = AtOnce,
        };
        using BatchTraceProcessor processor = Processor(exporter);
        End(processor, "first", "second");

        FlushResult during = await processor.FlushAsync(Timeout.InfiniteTimeSpan);
        End(processor, "third");
        down = false;
        processor.Pipeline.RequestExport();
        await Until.TrueAsync(() => exporter.Delivered.Count == 3, "all have arrived");
        FlushResult after = await processor.FlushAsync(Timeout.InfiniteTimeSpan);

        Assert.That(during, Is.EqualTo(new FlushResult(FlushStatus.TimedOut, 0, 0, during.Elapsed)));
        Assert.That((after.Status, after.Lost), Is.EqualTo((FlushStatus.Delivered, 0)));
        Assert.That(exporter.Delivered.Select(span => span.OperationName), Is.EquivalentTo(new[] { "first", "second", "third" }));
    }

    [Test]
    public async Task OnEnd_RetainedSpansFillTheQueue_NewOnesAreLostAndTheRetainedArrive()
    {
        bool down = true;
        var exporter = new OutcomeExporter
        {
            OnExport = (_, outcomes, _) => Array.Fill(outcomes, down ? ExportOutcome.Retained : ExportOutcome.Delivered),
            RetryAfter = TimeSpan.FromHours(1), // spans in flight leave room in the queue: none are, until the shutdown
        };
        using BatchTraceProcessor processor = Processor(
            exporter,
            new BatchTraceProcessorOptions { MaxQueueSize = 3, ScheduleDelay = Never });
        Activity[] kept = End(processor, "1", "2", "3");
        await processor.FlushAsync(Long);

        End(processor, "too late");
        FlushResult result = await processor.FlushAsync(Long);
        down = false;
        processor.Shutdown();

        Assert.That(result, Is.EqualTo(new FlushResult(FlushStatus.Failed, 0, 1, result.Elapsed)));
        Assert.That(exporter.Delivered, Is.EquivalentTo(kept));
    }

    [Test]
    public async Task Export_SeveralInFlight_UpToTheLimit()
    {
        var exporter = new OutcomeExporter(3) { OnExport = Gated };
        using BatchTraceProcessor processor = Processor(
            exporter,
            new BatchTraceProcessorOptions { MaxBatchSize = 1, ScheduleDelay = Never });
        End(processor, "1", "2", "3", "4", "5");
        Task<FlushResult> flush = processor.FlushAsync(Long).AsTask();
        await _gate.EnteredAsync(3);

        int inFlight = exporter.InFlight;
        _gate.Open();

        Assert.That(inFlight, Is.EqualTo(3));
        Assert.That((await Until.DoneAsync(flush, "the flush")).Exported, Is.EqualTo(5));
    }

    [Test]
    public async Task Export_SpansOfOneTrace_NeverOvertakeEachOther()
    {
        // Batches of one, four in flight, every third span retained at its first attempt: each trace's spans must still arrive in the
        // order in which they ended.
        int calls = 0;
        var tried = new ConcurrentDictionary<ActivitySpanId, bool>();
        var concurrentTraces = new ConcurrentDictionary<ActivityTraceId, int>();
        bool overlapped = false;
        var exporter = new OutcomeExporter(4)
        {
            RetryAfter = AtOnce,
            OnExport = (batch, outcomes, _) =>
            {
                foreach (ActivityTraceId trace in batch.Select(span => span.TraceId).Distinct())
                    overlapped |= concurrentTraces.AddOrUpdate(trace, 1, static (_, count) => count + 1) > 1;
                Thread.Yield();
                bool isRetained = tried.TryAdd(batch[0].SpanId, true) && Interlocked.Increment(ref calls) % 3 == 0;
                Array.Fill(outcomes, isRetained ? ExportOutcome.Retained : ExportOutcome.Delivered);
                foreach (ActivityTraceId trace in batch.Select(span => span.TraceId).Distinct())
                    concurrentTraces.AddOrUpdate(trace, 0, static (_, count) => count - 1);
            },
        };
        using BatchTraceProcessor processor = Processor(
            exporter,
            new BatchTraceProcessorOptions { MaxBatchSize = 1, ScheduleDelay = Never });
        var ended = new List<Activity>();
        Activity[] roots = [.. Enumerable.Range(0, 5).Select(_ => Spans.Ended("root"))];
        for (int i = 0; i < 20; i++)
            ended.AddRange(roots.Select(root => Spans.EndedBelow(root, $"{i}")));
        foreach (Activity span in ended)
            processor.OnEnd(span);

        await Until.TrueAsync(
            () =>
            {
                processor.Pipeline.RequestExport();
                return exporter.Delivered.Count == ended.Count;
            },
            "all spans have arrived");

        Assert.That(overlapped, Is.False, "two exports in flight never hold the same trace");
        foreach (IGrouping<ActivityTraceId, Activity> trace in exporter.Delivered.GroupBy(span => span.TraceId))
            Assert.That(trace.Select(span => span.OperationName), Is.EqualTo(Enumerable.Range(0, 20).Select(i => $"{i}")));
    }

    [Test]
    public async Task EndAsync_LaterSpanOfTheTraceIsHeldBack_AnswersForWhatEndedBefore()
    {
        using var gate = new Gate();
        using var later = new Gate();
        int calls = 0;
        var exporter = new OutcomeExporter(2)
        {
            OnExport = (_, outcomes, _) =>
            {
                (Interlocked.Increment(ref calls) == 1 ? gate : later).Pass();
                Array.Fill(outcomes, ExportOutcome.Delivered);
            },
        };
        using var pipeline = new Pipeline(batching: new BatchTraceProcessorOptions { ScheduleDelay = Never }, exporter: exporter);
        JobTrace job = pipeline.Start();
        Activity outliving = pipeline.Source.StartActivity("outlives the job")!;
        Task<FlushResult> end = job.EndAsync().AsTask();
        await gate.EnteredAsync();
        outliving.Stop();
        Activity.Current = null;
        pipeline.Source.StartActivity("somebody else's")?.Dispose();
        pipeline.Processor.Pipeline.RequestExport();
        await later.EnteredAsync(); // without the later span, which waits behind the job's own

        gate.Open();

        FlushResult result = await Until.DoneAsync(end, "the end");
        Assert.That(result, Is.EqualTo(new FlushResult(FlushStatus.Delivered, 1, 0, result.Elapsed)));
        later.Open();
    }

    [Test]
    public async Task EndAsync_SpansOfTheTraceAreInFlight_LastSpanLeavesBesideThem()
    {
        var exporter = new OutcomeExporter(2) { OnExport = Gated, SeparatesTraces = false };
        using var pipeline = new Pipeline(batching: new BatchTraceProcessorOptions { ScheduleDelay = Never }, exporter: exporter);
        JobTrace job = pipeline.Start();
        pipeline.Source.StartActivity("early")!.Dispose();
        pipeline.Processor.Pipeline.RequestExport();
        await _gate.EnteredAsync();

        Task<FlushResult> end = job.EndAsync().AsTask();
        await _gate.EnteredAsync(2);
        Assert.That(end.IsCompleted, Is.False, "both exports are in flight");
        _gate.Open();

        FlushResult result = await Until.DoneAsync(end, "the end");
        Assert.That(result, Is.EqualTo(new FlushResult(FlushStatus.Delivered, 2, 0, result.Elapsed)));
    }

    [Test]
    public async Task EndAsync_LastSpanIsBackBeforeAnEarlierOne_AnswersAfterBoth()
    {
        using var early = new Gate();
        var exporter = new OutcomeExporter(2)
        {
            SeparatesTraces = false,
            OnExport = (batch, outcomes, _) =>
            {
                if (batch[0].DisplayName == "early")
                    early.Pass();
                Array.Fill(outcomes, batch[0].DisplayName == "early" ? ExportOutcome.Dropped : ExportOutcome.Delivered);
            },
        };
        using var pipeline = new Pipeline(batching: new BatchTraceProcessorOptions { ScheduleDelay = Never }, exporter: exporter);
        JobTrace job = pipeline.Start();
        pipeline.Source.StartActivity("early")!.Dispose();
        pipeline.Processor.Pipeline.RequestExport();
        await early.EnteredAsync();

        Task<FlushResult> end = job.EndAsync().AsTask();
        await Until.TrueAsync(() => exporter.Delivered.Count == 1, "the job's span has arrived");
        Assert.That(end.IsCompleted, Is.False, "the earlier span has no outcome yet");
        early.Open();

        FlushResult result = await Until.DoneAsync(end, "the end");
        Assert.That(result, Is.EqualTo(new FlushResult(FlushStatus.Failed, 1, 1, result.Elapsed)));
    }

    [Test]
    public async Task EndAsync_UnconfirmedSpan_IsUnconfirmedWithoutALoss()
    {
        var exporter = new OutcomeExporter
        {
            OnExport = static (batch, outcomes, _) =>
            {
                for (int i = 0; i < batch.Length; i++)
                    outcomes[i] = batch[i].DisplayName == "child" ? ExportOutcome.Unconfirmed : ExportOutcome.Delivered;
            },
        };
        using var pipeline = new Pipeline(batching: new BatchTraceProcessorOptions { ScheduleDelay = Never }, exporter: exporter);
        JobTrace job = pipeline.Start();
        pipeline.Source.StartActivity("child")!.Dispose();

        FlushResult result = await job.EndAsync();

        Assert.That(result, Is.EqualTo(new FlushResult(FlushStatus.Unconfirmed, 1, 0, result.Elapsed)));
    }

    [Test]
    public async Task FlushAsync_UnconfirmedSpans_IsFailedWithTheirNumber()
    {
        var exporter = new OutcomeExporter { OnExport = static (_, outcomes, _) => Array.Fill(outcomes, ExportOutcome.Unconfirmed) };
        using BatchTraceProcessor processor = Processor(exporter);
        End(processor, "1", "2", "3");

        FlushResult result = await processor.FlushAsync(Long);

        Assert.That(result, Is.EqualTo(new FlushResult(FlushStatus.Failed, 0, 3, result.Elapsed)));
        Assert.That(processor.Pipeline.Health.Lost, Is.EqualTo(3));
        Assert.That(processor.Pipeline.Waiting, Is.Zero, "an unconfirmed span is not sent again");
    }

    [TestCase(2, FlushStatus.Failed, 3, 2)]
    [TestCase(9, FlushStatus.Failed, 0, 5)]
    [TestCase(0, FlushStatus.Unconfirmed, 5, 0)]
    [TestCase(-1, FlushStatus.Unconfirmed, 5, 0)]
    public async Task FlushAsync_NumberOfRejectedSpansIsKnown_CountsThatNumber(int rejected, FlushStatus status, int exported, int lost)
    {
        using var processor = new BatchTraceProcessor(
            new CountingExporter(rejected), new BatchTraceProcessorOptions { ScheduleDelay = Never });
        End(processor, "1", "2", "3", "4", "5");

        FlushResult result = await processor.FlushAsync(Long);

        Assert.That(result, Is.EqualTo(new FlushResult(status, exported, lost, result.Elapsed)));
        Assert.That(
            (processor.Pipeline.Health.Delivered, processor.Pipeline.Health.Lost), Is.EqualTo(((long)exported, (long)lost)));
    }

    [Test]
    public async Task Export_ThrowsHalfWay_KeepsTheOutcomesItGave()
    {
        var exporter = new ThrowingOutcomeExporter();
        using var processor = new BatchTraceProcessor(exporter, new BatchTraceProcessorOptions { ScheduleDelay = Never });
        End(processor, "1", "2");

        FlushResult result = await processor.FlushAsync(Long);

        Assert.That(result, Is.EqualTo(new FlushResult(FlushStatus.Failed, 1, 1, result.Elapsed)));
    }

    [Test]
    public async Task Export_LongerThanTheExportTimeout_HasItsTokenCancelled()
    {
        var exporter = new OutcomeExporter
        {
            OnExport = static (_, outcomes, token) =>
            {
                token.WaitHandle.WaitOne(TimeSpan.FromMinutes(1));
                Array.Fill(outcomes, token.IsCancellationRequested ? ExportOutcome.Delivered : ExportOutcome.Dropped);
            },
        };
        using BatchTraceProcessor processor = Processor(
            exporter,
            new BatchTraceProcessorOptions { ExportTimeout = TimeSpan.FromMilliseconds(20) });
        End(processor, "slow");

        Assert.That((await processor.FlushAsync(Long)).Status, Is.EqualTo(FlushStatus.Delivered), "the token told the exporter to stop");
    }

    [Test]
    public async Task Shutdown_ExportInFlight_HasItsTokenCancelledAtTheDeadline()
    {
        var exporter = new OutcomeExporter
        {
            OnExport = (_, outcomes, token) =>
            {
                _gate.Open();
                token.WaitHandle.WaitOne(TimeSpan.FromMinutes(1));
                Array.Fill(outcomes, ExportOutcome.Retained);
            },
        };
        using BatchTraceProcessor processor = Processor(exporter);
        End(processor, "slow");
        processor.Pipeline.RequestExport();

        bool done = await Task.Run(() => processor.Shutdown(50));

        Assert.That(done, Is.False);
        Assert.That(
            processor.Pipeline.Health.Lost,
            Is.EqualTo(1),
            "what comes back after the deadline is counted before the process can be gone");
    }

    [Test]
    public void Constructor_MaxConcurrencyOfZero_ThrowsWithTheName() =>
        Assert.That(
            () => new BatchTraceProcessor(new OutcomeExporter(0)),
            Throws.ArgumentException.With.Message.Contain("OutcomeExporter.MaxConcurrency is 0"));

    private static BatchTraceProcessor Processor(OutcomeExporter exporter, BatchTraceProcessorOptions? options = null) =>
        new(exporter, options ?? new BatchTraceProcessorOptions { ScheduleDelay = Never });

    private void Gated(Activity[] batch, ExportOutcome[] outcomes, CancellationToken token)
    {
        _gate.Pass();
        Array.Fill(outcomes, ExportOutcome.Delivered);
    }

    private static Activity[] End(BatchTraceProcessor processor, params string[] names)
    {
        Activity[] spans = [.. names.Select(Spans.Ended)];
        foreach (Activity span in spans)
            processor.OnEnd(span);
        return spans;
    }

    /// <summary>Answers unconfirmed for every span, and counts some of them as rejected.</summary>
    private sealed class CountingExporter(int rejected) : OpenTelemetry.BaseExporter<Activity>, IDetailedExporter
    {
        public int MaxConcurrency => 1;

        public ExportDetails ExportWithDetails(
            ReadOnlySpan<Activity> batch, Span<ExportOutcome> outcomes, CancellationToken cancellationToken)
        {
            outcomes.Fill(ExportOutcome.Unconfirmed);
            return new ExportDetails(rejected, "rejected");
        }

        public void Export(ReadOnlySpan<Activity> batch, Span<ExportOutcome> outcomes, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("The processor must ask for the number.");

        public override OpenTelemetry.ExportResult Export(in OpenTelemetry.Batch<Activity> batch) => OpenTelemetry.ExportResult.Failure;
    }

    private sealed class ThrowingOutcomeExporter : OpenTelemetry.BaseExporter<Activity>, IOutcomeExporter
    {
        public int MaxConcurrency => 1;

        public void Export(ReadOnlySpan<Activity> batch, Span<ExportOutcome> outcomes, CancellationToken cancellationToken)
        {
            outcomes[0] = ExportOutcome.Delivered;
            throw new InvalidOperationException("half way");
        }

        public override OpenTelemetry.ExportResult Export(in OpenTelemetry.Batch<Activity> batch) => OpenTelemetry.ExportResult.Failure;
    }
}
