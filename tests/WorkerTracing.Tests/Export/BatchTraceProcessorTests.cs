using System.Diagnostics;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

[Category("Flush")]
public sealed class BatchTraceProcessorTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Never = TimeSpan.FromDays(1);

    private readonly Gate _gate = new();
    private readonly RecordingExporter _exporter = new();

    public void Dispose() => _gate.Dispose();

    [Test]
    public async Task FlushAsync_QueuedSpans_DeliversThemInOrder()
    {
        using BatchTraceProcessor processor = Processor();
        Activity[] spans = End(processor, 3);

        FlushResult result = await processor.FlushAsync(Long);

        Assert.That(result, Is.EqualTo(new FlushResult(FlushStatus.Delivered, 3, 0, result.Elapsed)));
        Assert.That(_exporter.Spans, Is.EqualTo(spans));
    }

    [Test]
    public async Task FlushAsync_NothingEnded_IsDeliveredWithoutAnExport()
    {
        using BatchTraceProcessor processor = Processor();

        FlushResult result = await processor.FlushAsync(Long);

        Assert.That(result, Is.EqualTo(new FlushResult(FlushStatus.Delivered, 0, 0, TimeSpan.Zero)));
        Assert.That(_exporter.Calls, Is.Zero);
    }

    [Test]
    public void Constructor_LargeQueue_TakesNoMemoryForItBeforeTheFirstSpan()
    {
        var options = new BatchTraceProcessorOptions { MaxQueueSize = 1_000_000 };
        using BatchTraceProcessor warm = Processor(options);
        BatchTraceProcessor? processor = null;

        long allocated = Allocations.Of(() => processor = Processor(options));

        processor!.Dispose();
        Assert.That(allocated, Is.LessThan(options.MaxQueueSize));
    }

    [Test]
    public async Task FlushAsync_SpanEndsAfterTheLastRequest_LeavesWithALaterExport()
    {
        _exporter.OnExport = _ =>
        {
            _gate.Pass();
            return ExportResult.Success;
        };
        using BatchTraceProcessor processor = Processor();
        End(processor, 1);
        processor.Pipeline.RequestExport();
        await _gate.EnteredAsync();
        Activity[] asked = End(processor, 2);
        ValueTask<FlushResult> flush = processor.FlushAsync(Long);
        Activity[] later = End(processor, 1);

        _gate.Open();
        await flush;
        await processor.FlushAsync(Long);

        Assert.That(
            _exporter.Batches.Skip(1),
            Is.EqualTo(new[] { asked, later }),
            "a job that is just ending would be torn in two, and would wait for both exports");
    }

    [TestCase(ExportResult.Success, FlushStatus.Delivered, 1, 0)]
    [TestCase(ExportResult.Failure, FlushStatus.Failed, 0, 1)]
    public async Task FlushAsync_ExportInFlightAndQueueEmpty_WaitsForItsVerdict(
        ExportResult verdict,
        FlushStatus status,
        int exported,
        int lost)
    {
        _exporter.OnExport = _ =>
        {
            _gate.Pass();
            return verdict;
        };
        using BatchTraceProcessor processor = Processor();
        End(processor, 1);
        processor.Pipeline.RequestExport();
        await _gate.EnteredAsync();

        ValueTask<FlushResult> flush = processor.FlushAsync(Long);
        Assert.That(flush.IsCompleted, Is.False, "nothing is queued, but the send is still in flight");
        _gate.Open();
        FlushResult result = await flush;

        Assert.That(result, Is.EqualTo(new FlushResult(status, exported, lost, result.Elapsed)));
    }

    [Test]
    public async Task FlushAsync_SpanThatEndsAfterTheCall_IsNotCounted()
    {
        _exporter.OnExport = Gated;
        using BatchTraceProcessor processor = Processor();
        End(processor, 1);
        ValueTask<FlushResult> flush = processor.FlushAsync(Long);
        await _gate.EnteredAsync();
        End(processor, 1);

        _gate.Open();

        Assert.That((await flush).Exported, Is.EqualTo(1));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task FlushAsync_ExporterFailsOrThrows_IsFailedWithTheCountAndRecovers(bool throws)
    {
        bool broken = true;
        _exporter.OnExport = _ => !broken
            ? ExportResult.Success
            : throws ? throw new InvalidOperationException("broken") : ExportResult.Failure;
        using BatchTraceProcessor processor = Processor();
        End(processor, 2);

        FlushResult failed = await processor.FlushAsync(Long);
        broken = false;
        End(processor, 1);
        FlushResult recovered = await processor.FlushAsync(Long);

        Assert.That(failed, Is.EqualTo(new FlushResult(FlushStatus.Failed, 0, 2, failed.Elapsed)));
        Assert.That(recovered, Is.EqualTo(new FlushResult(FlushStatus.Delivered, 1, 0, recovered.Elapsed)));
    }

    [Test]
    public async Task FlushAsync_QueueOverflowed_IsFailedWithTheCountAndRecovers()
    {
        _exporter.OnExport = Gated;
        using BatchTraceProcessor processor = Processor(new BatchTraceProcessorOptions { MaxQueueSize = 4, ScheduleDelay = Never });
        End(processor, 1);
        processor.Pipeline.RequestExport();
        await _gate.EnteredAsync();
        End(processor, 7);

        ValueTask<FlushResult> flush = processor.FlushAsync(Long);
        _gate.Open();
        FlushResult overflowed = await flush;
        End(processor, 1);
        FlushResult recovered = await processor.FlushAsync(Long);

        Assert.That(
            overflowed,
            Is.EqualTo(new FlushResult(FlushStatus.Failed, 5, 3, overflowed.Elapsed)),
            "one in flight and four queued arrive, three found no room");
        Assert.That(recovered, Is.EqualTo(new FlushResult(FlushStatus.Delivered, 1, 0, recovered.Elapsed)));
    }

    [Test]
    public async Task FlushAsync_Canceled_EndsTheWaitAndNotTheExport()
    {
        _exporter.OnExport = Gated;
        using BatchTraceProcessor processor = Processor();
        using var cancellation = new CancellationTokenSource();
        End(processor, 1);
        ValueTask<FlushResult> flush = processor.FlushAsync(Long, cancellation.Token);
        await _gate.EnteredAsync();

        await cancellation.CancelAsync();
        FlushResult canceled = await flush;
        _gate.Open();

        Assert.That(canceled.Status, Is.EqualTo(FlushStatus.Canceled));
        Assert.That((await processor.FlushAsync(Long)).Status, Is.EqualTo(FlushStatus.Delivered));
        Assert.That(_exporter.Spans, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task FlushAsync_AlreadyCanceledToken_IsCanceledAndTheSpanStillLeaves()
    {
        using BatchTraceProcessor processor = Processor();
        End(processor, 1);

        FlushResult result = await processor.FlushAsync(Long, new CancellationToken(canceled: true));

        Assert.That(result.Status, Is.AnyOf(FlushStatus.Canceled, FlushStatus.Delivered));
        await Until.TrueAsync(() => _exporter.Spans.Count == 1, "the span has arrived");
    }

    [Test]
    public async Task FlushAsync_HungExporter_OnlyTheFirstPaysItsTimeoutAndEverythingArrivesLater()
    {
        _exporter.OnExport = Gated;
        using BatchTraceProcessor processor = Processor();
        var results = new List<FlushResult>();
        for (int i = 0; i < 50; i++)
        {
            End(processor, 1);
            results.Add(await processor.FlushAsync(Short));
        }

        _gate.Open();
        await Until.TrueAsync(() => _exporter.Spans.Count == 50, "all spans have arrived");

        Assert.That(results.Select(result => result.Status), Is.All.EqualTo(FlushStatus.TimedOut), "nothing is lost yet");
        Assert.That(
            results.Skip(1).Select(result => result.Elapsed),
            Is.All.EqualTo(TimeSpan.Zero),
            "the exporter has shown that it hangs");
        End(processor, 1);
        Assert.That((await processor.FlushAsync(Long)).Status, Is.EqualTo(FlushStatus.Delivered), "the first success opens the way again");
    }

    [Test]
    public async Task FlushAsync_LongerTimeoutThanTheOneThatExpired_StillWaits()
    {
        _exporter.OnExport = Gated;
        using BatchTraceProcessor processor = Processor();
        End(processor, 1);
        Assert.That((await processor.FlushAsync(Short)).Status, Is.EqualTo(FlushStatus.TimedOut));

        ValueTask<FlushResult> patient = processor.FlushAsync(Long);
        Assert.That(patient.IsCompleted, Is.False);
        _gate.Open();

        Assert.That((await patient).Status, Is.EqualTo(FlushStatus.Delivered));
    }

    [Test]
    public async Task Flush_HungExporter_ReturnsAtItsTimeout()
    {
        _exporter.OnExport = Gated;
        using BatchTraceProcessor processor = Processor();
        End(processor, 1);

        FlushResult result = await Until.DoneAsync(Task.Run(() => processor.Flush(Short)), "the blocking flush");

        Assert.That(result.Status, Is.EqualTo(FlushStatus.TimedOut));
        _gate.Open();
    }

    [Test]
    public async Task FlushAsync_AThousandAtOnceFromOneThread_HoldNoThreadAndShareTheExports()
    {
        _exporter.OnExport = Gated;
        using BatchTraceProcessor processor = Processor();
        End(processor, 1);
        processor.Pipeline.RequestExport();
        await _gate.EnteredAsync();

        var flushes = new List<Task<FlushResult>>();
        for (int i = 0; i < 1000; i++)
        {
            End(processor, 1);
            flushes.Add(processor.FlushAsync(Long).AsTask());
        }

        _gate.Open();
        FlushResult[] results = await Until.DoneAsync(Task.WhenAll(flushes), "a thousand flushes");

        Assert.That(results.Select(result => result.Status), Is.All.EqualTo(FlushStatus.Delivered));
        Assert.That(_exporter.Spans, Has.Count.EqualTo(1001));
        Assert.That(_exporter.Calls, Is.EqualTo(2), "the one in flight, and one for all that waited");
    }

    [Test]
    public async Task Flush_FromManyThreads_DeliversEachTheirs()
    {
        using BatchTraceProcessor processor = Processor();
        var results = new FlushResult[32];
        Thread[] threads = [.. Enumerable.Range(0, results.Length).Select(index => new Thread(() =>
        {
            End(processor, 1);
            results[index] = processor.Flush(Long);
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            Assert.That(thread.Join(Long), Is.True);
        await Task.CompletedTask;

        Assert.That(results.Select(result => result.Status), Is.All.EqualTo(FlushStatus.Delivered));
        Assert.That(_exporter.Spans, Has.Count.EqualTo(results.Length));
    }

    [Test]
    public async Task OnEnd_NobodyFlushes_ExportsOnSchedule()
    {
        using BatchTraceProcessor processor = Processor(new BatchTraceProcessorOptions { ScheduleDelay = TimeSpan.FromMilliseconds(5) });
        End(processor, 1);

        await Until.TrueAsync(() => _exporter.Spans.Count == 1, "the schedule has sent the first span");
        End(processor, 1);
        await Until.TrueAsync(() => _exporter.Spans.Count == 2, "the schedule has sent the second span");
    }

    [Test]
    public async Task OnEnd_ThresholdReached_ExportsAtOnce()
    {
        using BatchTraceProcessor processor = Processor(
            new BatchTraceProcessorOptions { MaxQueueSize = 10, ExportTriggerRatio = 0.5, ScheduleDelay = Never });

        for (int round = 1; round <= 3; round++)
        {
            End(processor, 5);
            await Until.TrueAsync(() => _exporter.Spans.Count == 5 * round, "the threshold has started an export");
        }
    }

    [Test]
    public void OnEnd_QueueNotFullAndFull_AllocatesNothing()
    {
        _exporter.OnExport = Gated;
        using BatchTraceProcessor processor = Processor(
            new BatchTraceProcessorOptions { MaxQueueSize = 2000, ExportTriggerRatio = 1, ScheduleDelay = Never });
        Activity span = Spans.Ended();
        for (int i = 0; i < 10; i++)
            processor.OnEnd(span);

        Assert.That(AllocatedBy(processor, span, 1000), Is.Zero, "with room");
        AllocatedBy(processor, span, 10_000); // more than the queue and the export that hangs can hold
        Assert.That(AllocatedBy(processor, span, 1000), Is.Zero, "when the queue is full");
        _gate.Open();
    }

    [Test]
    public void OnEnd_SpanOfAJob_AllocatesNothing()
    {
        _exporter.OnExport = Gated;
        var batching = new BatchTraceProcessorOptions { MaxQueueSize = 2000, ExportTriggerRatio = 1, ScheduleDelay = Never };
        using var pipeline = new Pipeline(batching: batching, exporter: _exporter);
        using JobTrace job = pipeline.Tracer.Start(new JobInfo { System = "test", Name = "job" });
        using Activity span = pipeline.Source.StartActivity("step")!;
        for (int i = 0; i < 10; i++)
            pipeline.Processor.OnEnd(span);

        Assert.That(AllocatedBy(pipeline.Processor, span, 1000), Is.Zero, "with room");
        AllocatedBy(pipeline.Processor, span, 10_000); // more than the queue and the export that hangs can hold
        Assert.That(AllocatedBy(pipeline.Processor, span, 1000), Is.Zero, "when the queue is full");
        job.EndWithoutFlush();
        _gate.Open();
    }

    [Test]
    public void OnEnd_SpanThatIsNotRecorded_IsIgnored()
    {
        using BatchTraceProcessor processor = Processor();

        processor.OnEnd(new Activity("dropped"));

        Assert.That(processor.Pipeline.Waiting, Is.Zero);
    }

    [Test]
    public async Task Export_RunsOnANamedBackgroundThreadOfOurOwn_UnderSuppressedInstrumentation()
    {
        (string? Name, bool IsBackground, bool IsPool, bool Suppressed) seen = default;
        _exporter.OnExport = _ =>
        {
            Thread thread = Thread.CurrentThread;
            seen = (thread.Name, thread.IsBackground, thread.IsThreadPoolThread, Sdk.SuppressInstrumentation);
            return ExportResult.Success;
        };
        using BatchTraceProcessor processor = Processor();
        End(processor, 1);

        await processor.FlushAsync(Long);

        Assert.That(seen, Is.EqualTo(("WorkerTracing RecordingExporter 1", true, false, true)));
    }

    [Test]
    public async Task ForceFlush_TellsTheTruth()
    {
        ExportResult verdict = ExportResult.Success;
        _exporter.OnExport = _ =>
        {
            _gate.Pass();
            return verdict;
        };
        using BatchTraceProcessor processor = Processor();
        End(processor, 1);
        Assert.That(processor.ForceFlush(50), Is.False, "the send is still in flight");
        _gate.Open();
        Assert.That(processor.ForceFlush(), Is.True);

        verdict = ExportResult.Failure;
        End(processor, 1);
        Assert.That(await Task.Run(() => processor.ForceFlush()), Is.False, "the exporter failed");
    }

    [Test]
    public void Shutdown_WithSpansQueued_SendsThemAndAnswersTrue()
    {
        using BatchTraceProcessor processor = Processor();
        End(processor, 3);

        Assert.That(processor.Shutdown(30_000), Is.True);
        Assert.That(_exporter.Spans, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task Shutdown_HungExporter_ReturnsAtItsTimeoutAndCountsWhatItLeft()
    {
        _exporter.OnExport = Gated;
        using BatchTraceProcessor processor = Processor();
        End(processor, 1);
        processor.Pipeline.RequestExport();
        await _gate.EnteredAsync();
        End(processor, 4);

        bool done = await Until.DoneAsync(Task.Run(() => processor.Shutdown(50)), "the shutdown");
        End(processor, 1);

        Assert.That(done, Is.False);
        Assert.That(
            processor.Pipeline.Health.Lost,
            Is.EqualTo(5),
            "four were queued, one came after the end; the one in flight may still arrive");
        _gate.Open();
        await Until.TrueAsync(() => _exporter.Spans.Count == 1, "the one in flight has arrived");
    }

    [Test]
    public async Task Shutdown_WhileAFlushWaits_AnswersIt()
    {
        _exporter.OnExport = Gated;
        using BatchTraceProcessor processor = Processor();
        End(processor, 1);
        processor.Pipeline.RequestExport();
        await _gate.EnteredAsync();
        End(processor, 1);
        Task<FlushResult> flush = processor.FlushAsync(Long).AsTask();

        await Task.Run(() => processor.Shutdown(50));

        FlushResult result = await Until.DoneAsync(flush, "the flush");
        Assert.That(result.Status, Is.Not.EqualTo(FlushStatus.Delivered));
        _gate.Open();
    }

    [Test]
    public async Task Shutdown_WhileSpansEndAndFlushesAreAsked_EveryFlushAnswers()
    {
        for (int round = 0; round < 1000; round++)
        {
            using BatchTraceProcessor processor = Processor();
            using var together = new Barrier(3);
            Task[] working = [.. Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    together.SignalAndWait();
                    return Task.WhenAll(Enumerable.Range(0, 20).Select(_ =>
                    {
                        processor.OnEnd(Spans.Ended());
                        return processor.FlushAsync(Timeout.InfiniteTimeSpan).AsTask();
                    }));
                },
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap())];

            together.SignalAndWait();
            processor.Shutdown(0);

            await Until.DoneAsync(Task.WhenAll(working), "every flush, whichever side of the shutdown it came from");
        }
    }

    [Test]
    public async Task FlushAsync_AfterShutdown_Answers()
    {
        using BatchTraceProcessor processor = Processor();
        processor.Shutdown();
        End(processor, 1);

        FlushResult result = await processor.FlushAsync(Long);

        Assert.That(result.Exported, Is.Zero);
        Assert.That(processor.Pipeline.Health.Lost, Is.EqualTo(1));
    }

    [Test]
    [NonParallelizable] // it flushes the processors of other tests too, and what they retain leaves with that
    public async Task WorkerTraces_FlushAsync_CoversEveryLiveProcessor()
    {
        using BatchTraceProcessor first = Processor();
        var other = new RecordingExporter();
        using var second = new BatchTraceProcessor(other);
        End(first, 1);
        second.OnEnd(Spans.Ended());

        await WorkerTraces.FlushAsync(Long);

        Assert.That(_exporter.Spans, Has.Count.EqualTo(1));
        Assert.That(other.Spans, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task FlushAsync_TimeoutOfZero_DoesNotWait()
    {
        _exporter.OnExport = Gated;
        using BatchTraceProcessor processor = Processor();
        End(processor, 1);

        ValueTask<FlushResult> flush = processor.FlushAsync(TimeSpan.Zero);

        Assert.That(flush.IsCompleted, Is.True);
        Assert.That((await flush).Status, Is.EqualTo(FlushStatus.TimedOut));
        _gate.Open();
        await Until.TrueAsync(() => _exporter.Spans.Count == 1, "the span has arrived");
    }

    [Test]
    public void FlushAsync_NegativeTimeout_ThrowsWithTheName()
    {
        using BatchTraceProcessor processor = Processor();

        Assert.That(
            () => processor.FlushAsync(TimeSpan.FromMilliseconds(-5)),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("timeout"));
    }

    [Test]
    public void Constructor_InvalidOptions_NamesEachAndItsValue()
    {
        var options = new BatchTraceProcessorOptions
        {
            MaxQueueSize = 0,
            MaxBatchSize = -1,
            ScheduleDelay = TimeSpan.Zero,
            ExportTriggerRatio = 1.5
        };

        OptionsValidationException? thrown = Assert.Throws<OptionsValidationException>(() => new BatchTraceProcessor(_exporter, options));

        Assert.That(thrown!.Failures, Has.Exactly(4).Items);
        Assert.That(
            thrown.Message,
            Does.Contain("MaxQueueSize is 0").And.Contain("MaxBatchSize is -1")
                .And.Contain("ScheduleDelay is 00:00:00").And.Contain("ExportTriggerRatio is 1.5"));
    }

    private BatchTraceProcessor Processor(BatchTraceProcessorOptions? options = null) =>
        new(_exporter, options ?? new BatchTraceProcessorOptions { ScheduleDelay = Never });

    private ExportResult Gated(IReadOnlyList<Activity> batch)
    {
        _gate.Pass();
        return ExportResult.Success;
    }

    private static long AllocatedBy(BatchTraceProcessor processor, Activity span, int count) => Allocations.Of(() =>
    {
        for (int i = 0; i < count; i++)
            processor.OnEnd(span);
    });

    private static Activity[] End(BatchTraceProcessor processor, int count)
    {
        Activity[] spans = [.. Enumerable.Range(0, count).Select(_ => Spans.Ended())];
        foreach (Activity span in spans)
            processor.OnEnd(span);
        return spans;
    }
}
