using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

/// <summary>Export threads that the system has not to give, and failures on those that run.</summary>
[Category("Flush")]
public sealed class ExportThreadTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private volatile bool _hasThreads = true;
    private int _attempts;

    [Test]
    public void RequestFlush_NoThreadForTheFirstExport_IsTimedOutAtOnceAndDeliveredOnceThereIsOne()
    {
        _hasThreads = false;
        using var exporter = new RecordingExporter();
        ExportPipeline pipeline = Create(exporter);
        pipeline.Intake.Enqueue(Spans.Ended());
        FlushResult without = pipeline.RequestFlush(null, default, Timeout.InfiniteTimeSpan).WaitForAnswer();
        _hasThreads = true;
        FlushResult with = pipeline.RequestFlush(null, default, Long).WaitForAnswer();
        pipeline.Close(Long);

        Assert.That(without, Is.EqualTo(new FlushResult(FlushStatus.TimedOut, 0, 0, without.Elapsed)));
        Assert.That(with, Is.EqualTo(new FlushResult(FlushStatus.Delivered, 1, 0, with.Elapsed)));
    }

    [Test]
    public async Task Enqueue_NoThreadForTheFirstExport_TriesAgainWithoutBeingAsked()
    {
        _hasThreads = false;
        using var exporter = new RecordingExporter();
        ExportPipeline pipeline = Create(exporter, new BatchTraceProcessorOptions { ScheduleDelay = TimeSpan.FromMilliseconds(1) });
        pipeline.Intake.Enqueue(Spans.Ended());
        _hasThreads = true;

        await Until.TrueAsync(() => exporter.Spans.Count == 1, "the span has arrived");
        pipeline.Close(Long);
    }

    [Test]
    public void Enqueue_NoThreadForLong_TriesOnceASecondAtMost()
    {
        _hasThreads = false;
        using var exporter = new RecordingExporter();
        ExportPipeline pipeline = Create(exporter, time: new StoppedTime());
        for (int i = 0; i < 1000; i++)
            pipeline.Intake.Enqueue(Spans.Ended());

        Assert.That(_attempts, Is.EqualTo(1));
        Assert.That(pipeline.Close(TimeSpan.FromMilliseconds(1)).Lost, Is.EqualTo(1000));
    }

    [Test]
    public void RequestFlush_NoThreadForASecondExport_GoesOnWithOne()
    {
        using var exporter = new OutcomeExporter(4);
        ExportPipeline pipeline = Create(exporter, new BatchTraceProcessorOptions { MaxBatchSize = 1 });
        pipeline.Intake.Enqueue(Spans.Ended());
        _hasThreads = false;
        for (int i = 0; i < 9; i++)
            pipeline.Intake.Enqueue(Spans.Ended());
        FlushResult result = pipeline.RequestFlush(null, default, Long).WaitForAnswer();
        pipeline.Close(Long);

        Assert.That(result, Is.EqualTo(new FlushResult(FlushStatus.Delivered, 10, 0, result.Elapsed)));
    }

    [Test]
    public void RequestFlush_ExporterInterruptsItsThread_GoesOn()
    {
        using var exporter = new RecordingExporter
        {
            OnExport = static _ =>
            {
                Thread.CurrentThread.Interrupt(); // what waits next on this thread throws
                return OpenTelemetry.ExportResult.Success;
            },
        };
        ExportPipeline pipeline = Create(exporter);
        for (int i = 0; i < 5; i++)
        {
            pipeline.Intake.Enqueue(Spans.Ended());
            FlushResult result = pipeline.RequestFlush(null, default, Long).WaitForAnswer();
            Assert.That(result, Is.EqualTo(new FlushResult(FlushStatus.Delivered, 1, 0, result.Elapsed)), $"flush {i}");
        }

        pipeline.Close(Long);
    }

    [Test]
    public async Task AnswerAsync_ClockHasNoTimers_IsTimedOutAtOnce()
    {
        using var gate = new Gate();
        using var exporter = new RecordingExporter
        {
            OnExport = _ =>
            {
                gate.Pass();
                return OpenTelemetry.ExportResult.Success;
            },
        };
        ExportPipeline pipeline = Create(exporter, time: new StoppedTime());
        pipeline.Intake.Enqueue(Spans.Ended());

        FlushResult result = await Until.DoneAsync(pipeline.RequestFlush(null, default, Long).AnswerAsync(default), "the flush");

        Assert.That(result.Status, Is.EqualTo(FlushStatus.TimedOut));
        gate.Open();
        pipeline.Close(TimeSpan.FromMilliseconds(1));
    }

    private ExportPipeline Create(
        OpenTelemetry.BaseExporter<Activity> exporter, BatchTraceProcessorOptions? options = null, TimeProvider? time = null) => new(
        exporter,
        options ?? new BatchTraceProcessorOptions { ScheduleDelay = TimeSpan.FromDays(1) },
        NullLogger.Instance,
        time ?? TimeProvider.System,
        thread =>
        {
            Interlocked.Increment(ref _attempts);
            if (!_hasThreads)
                throw new NoThreadException();
            thread.UnsafeStart();
        });

    /// <summary>As the system answers when it has no thread.</summary>
    private sealed class NoThreadException : OutOfMemoryException;

    /// <summary>A clock that stands still, and has no timers.</summary>
    private sealed class StoppedTime : TimeProvider
    {
        public override long GetTimestamp() => 1;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            throw new NoThreadException();
    }
}
