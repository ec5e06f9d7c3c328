using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Trace;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

/// <summary>What the end of a job answers for: its own trace, from start to end, and all of it.</summary>
[Category("Flush")]
public sealed class TraceFlushTests : IDisposable
{
    private static readonly TimeSpan Never = TimeSpan.FromDays(1);

    private readonly Gate _gate = new();

    public void Dispose() => _gate.Dispose();

    [Test]
    public async Task EndAsync_CountsTheSpansOfItsOwnTraceAlone()
    {
        using var pipeline = new Pipeline(batching: new BatchTraceProcessorOptions { ScheduleDelay = Never });
        using (pipeline.Source.StartActivity("somebody else's"))
        {
        }

        JobTrace job = pipeline.Start();
        pipeline.Source.StartActivity("child")?.Dispose();
        FlushResult result = await job.EndAsync();

        Assert.That(result, Is.EqualTo(new FlushResult(FlushStatus.Delivered, 2, 0, result.Elapsed)));
    }

    [Test]
    public async Task EndAsync_SpanLostEarlierByAScheduledExport_IsFailed()
    {
        using var pipeline = new Pipeline(batching: new BatchTraceProcessorOptions { ScheduleDelay = Never });
        pipeline.Exporter.OnExport = static _ => ExportResult.Failure;
        JobTrace job = pipeline.Start();
        pipeline.Source.StartActivity("lost")?.Dispose();
        await pipeline.Processor.FlushAsync(TimeSpan.FromSeconds(30));
        pipeline.Exporter.OnExport = static _ => ExportResult.Success;

        FlushResult result = await job.EndAsync();

        Assert.That(result, Is.EqualTo(new FlushResult(FlushStatus.Failed, 1, 1, result.Elapsed)));
    }

    [Test]
    public async Task EndAsync_SpanRefusedByAFullQueue_IsFailedForThatTraceAlone()
    {
        using var pipeline = new Pipeline(
            batching: new BatchTraceProcessorOptions { MaxQueueSize = 4, ExportTriggerRatio = 1, ScheduleDelay = Never });
        pipeline.Exporter.OnExport = _ =>
        {
            _gate.Pass();
            return ExportResult.Success;
        };
        pipeline.Source.StartActivity("holds the exporter")?.Dispose();
        pipeline.Processor.Pipeline.RequestExport();
        await _gate.EnteredAsync();
        JobTrace unlucky = pipeline.Start("unlucky");
        for (int i = 0; i < 5; i++)
            pipeline.Source.StartActivity("child")?.Dispose();
        Task<FlushResult> flush = unlucky.EndAsync().AsTask();

        _gate.Open();
        FlushResult result = await Until.DoneAsync(flush, "the flush");
        JobTrace lucky = pipeline.Start("lucky");

        Assert.That(result, Is.EqualTo(new FlushResult(FlushStatus.Failed, 4, 2, result.Elapsed)));
        Assert.That((await lucky.EndAsync()).Status, Is.EqualTo(FlushStatus.Delivered));
    }

    [Test]
    public async Task EndAsync_SpanStartedFromAParsedContext_IsCounted()
    {
        using var pipeline = new Pipeline(batching: new BatchTraceProcessorOptions { ScheduleDelay = Never });
        JobTrace job = pipeline.Start();
        var parsed = ActivityContext.Parse(job.Activity!.Id!, null);
        OnAThreadWithoutContext(() => pipeline.Source.StartActivity("below the job", ActivityKind.Internal, parsed)?.Dispose());

        FlushResult result = await job.EndAsync();

        Assert.That(result.Exported, Is.EqualTo(2));
    }

    [Test]
    public async Task EndAsync_SpanStartedFromAParsedContextBesideAJobOfTheSameTrace_IsCountedForItsOwn([Values] bool besideHasEnded)
    {
        using var pipeline = new Pipeline(batching: new BatchTraceProcessorOptions { ScheduleDelay = Never });
        var origin = new ActivityContext(
            ActivityTraceId.CreateRandom(),
            ActivitySpanId.CreateRandom(),
            ActivityTraceFlags.Recorded,
            isRemote: true);
        JobInfo info = Pipeline.Job() with { Origin = origin, Trigger = JobTrigger.Enqueued };
        JobTrace beside = pipeline.Tracer.Start(info);
        JobTrace? job = null;
        OnAThreadWithoutContext(() => job = pipeline.Tracer.Start(info));
        if (besideHasEnded)
            await beside.EndAsync();
        var parsed = ActivityContext.Parse(job!.Activity!.Id!, null);
        OnAThreadWithoutContext(() => pipeline.Source.StartActivity("of the job", ActivityKind.Internal, parsed)?.Dispose());

        FlushResult result = await job.EndAsync();

        Assert.That(result, Is.EqualTo(new FlushResult(FlushStatus.Delivered, 2, 0, result.Elapsed)));
        Assert.That((await beside.EndAsync()).Exported, Is.EqualTo(1));
    }

    [Test]
    public async Task EndAsync_SeveralExporters_IsTheWorstStatusAndTheSums()
    {
        var failing = new RecordingExporter { OnExport = static _ => ExportResult.Failure };
        using var second = new BatchTraceProcessor(failing);
        using var pipeline = new Pipeline(others: second);

        FlushResult result = await pipeline.Start().EndAsync();

        Assert.That(result, Is.EqualTo(new FlushResult(FlushStatus.Failed, 1, 1, result.Elapsed)));
    }

    [Test]
    public async Task EndAsync_ProcessorWrappedInAnotherProcessor_IsFound()
    {
        var exporter = new RecordingExporter();
        using var wrapped = new BatchTraceProcessor(exporter, new BatchTraceProcessorOptions { ScheduleDelay = Never });
        using var pipeline = new Pipeline(others: new Forwarding(wrapped));

        FlushResult result = await pipeline.Start().EndAsync();

        Assert.That(result.Exported, Is.EqualTo(2));
        Assert.That(exporter.Spans, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task EndAsync_ProcessorAddedToTheBuiltProvider_IsFound()
    {
        var exporter = new RecordingExporter();
        using var pipeline = new Pipeline();
        pipeline.Provider.AddProcessor(new BatchTraceProcessor(exporter, new BatchTraceProcessorOptions { ScheduleDelay = Never }));

        FlushResult result = await pipeline.Start().EndAsync();

        Assert.That(result.Exported, Is.EqualTo(2));
    }

    [Test]
    public async Task EndAsync_NoProcessorOfOurs_IsUnconfirmed()
    {
        using TracerProvider provider = Sdk.CreateTracerProviderBuilder().AddSource("WorkerTracing").Build();
        var tracer = new JobTracer(provider, new WorkerTracingOptions { Flush = FlushMode.Wait });

        FlushResult result = await tracer.Start(Pipeline.Job()).EndAsync();

        Assert.That(result.Status, Is.EqualTo(FlushStatus.Unconfirmed));
    }

    [Test]
    public async Task EndAsync_RecordedSpanEnclosesTheJob_CoversWhatHasEndedAndItsEndFlushesTheRest()
    {
        using var pipeline = new Pipeline(batching: new BatchTraceProcessorOptions { ScheduleDelay = Never });
        Activity host = pipeline.Source.StartActivity("receive")!;
        JobTrace job = pipeline.Start();

        FlushResult result = await job.EndAsync();
        Assert.That(result, Is.EqualTo(new FlushResult(FlushStatus.Delivered, 1, 0, result.Elapsed)), "the enclosing span has not ended");
        host.Stop();

        await Until.TrueAsync(() => pipeline.Exporter.SpansOf(job.TraceId).Count == 2, "the enclosing span has arrived by itself");
    }

    [Test]
    public async Task EndAsync_HostSpanEndedBeforeTheFlush_IsCovered()
    {
        using var pipeline = new Pipeline(batching: new BatchTraceProcessorOptions { ScheduleDelay = Never });
        Activity host = pipeline.Source.StartActivity("execute")!;
        JobTrace job = pipeline.Start();
        job.Stop();
        host.Stop();

        FlushResult result = await job.EndAsync();

        Assert.That(result.Exported, Is.EqualTo(2));
    }

    [Test]
    public async Task Background_AnswersRequestedAndTheTraceArrives()
    {
        using var pipeline = new Pipeline(
            new WorkerTracingOptions { Flush = FlushMode.Background },
            new BatchTraceProcessorOptions { ScheduleDelay = Never });
        JobTrace job = pipeline.Start();

        FlushResult result = await job.EndAsync();

        Assert.That(result.Status, Is.EqualTo(FlushStatus.Requested));
        await Until.TrueAsync(() => pipeline.Exporter.SpansOf(job.TraceId).Count == 1, "the trace has arrived");
    }

    [Test]
    public async Task Background_RecordedSpanEnclosesTheJob_LeavesWhenThatEnds()
    {
        using var pipeline = new Pipeline(
            new WorkerTracingOptions { Flush = FlushMode.Background },
            new BatchTraceProcessorOptions { ScheduleDelay = Never });
        Activity host = pipeline.Source.StartActivity("receive")!;
        JobTrace job = pipeline.Start();
        await job.EndAsync();
        Assert.That(pipeline.Processor.Pipeline.Waiting, Is.EqualTo(1), "nothing leaves before the enclosing span has ended");

        host.Stop();

        await Until.TrueAsync(() => pipeline.Exporter.SpansOf(job.TraceId).Count == 2, "both have arrived");
        Assert.That(pipeline.Exporter.Calls, Is.EqualTo(1));
    }

    [Test]
    public async Task Background_UnlistenedRequestWithASampledContextEnclosesTheJob_LeavesWhenTheJobEnds()
    {
        using var pipeline = new Pipeline(
            new WorkerTracingOptions { Flush = FlushMode.Background },
            new BatchTraceProcessorOptions { ScheduleDelay = Never });
        using Activity request = new Activity("Microsoft.AspNetCore.Hosting.HttpRequestIn").SetParentId(
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").Start();
        JobTrace job = pipeline.Start();

        await job.EndAsync();

        Assert.That(request.Recorded, Is.True, "by its flags alone");
        await Until.TrueAsync(
            () => pipeline.Exporter.SpansOf(job.TraceId).Count == 1,
            "the trace has arrived, though nobody hears of the request's end");
    }

    [Test]
    public async Task Dispose_NeverWaits_AndTheTraceArrives()
    {
        using var pipeline = new Pipeline(batching: new BatchTraceProcessorOptions { ScheduleDelay = Never });
        pipeline.Exporter.OnExport = _ =>
        {
            _gate.Pass();
            return ExportResult.Success;
        };
        JobTrace job = pipeline.Start();

        job.Dispose();
        Assert.That(job.Result.Status, Is.EqualTo(FlushStatus.Requested));
        _gate.Open();

        await Until.TrueAsync(() => pipeline.Exporter.SpansOf(job.TraceId).Count == 1, "the trace has arrived");
    }

    [Test]
    public async Task None_ForcesNothing()
    {
        using var pipeline = new Pipeline(new WorkerTracingOptions(), new BatchTraceProcessorOptions { ScheduleDelay = Never });

        FlushResult result = await pipeline.Start().EndAsync();

        Assert.That(result, Is.EqualTo(default(FlushResult)));
        Assert.That(pipeline.Processor.Pipeline.Waiting, Is.EqualTo(1));
        Assert.That(pipeline.Exporter.Calls, Is.Zero);
    }

    [Test]
    public async Task EndAsync_ProviderDisposedMeanwhile_DoesNotThrowAndIsNotDelivered()
    {
        var pipeline = new Pipeline();
        JobTrace job = pipeline.Start();
        pipeline.Dispose();

        FlushResult result = await job.EndAsync();

        Assert.That(result.Status, Is.Not.EqualTo(FlushStatus.Delivered));
    }

    [Test]
    public async Task EndAsync_ProcessorShutDownMeanwhile_IsFailed()
    {
        using var pipeline = new Pipeline();
        JobTrace job = pipeline.Start();
        pipeline.Processor.Shutdown();

        FlushResult result = await job.EndAsync();

        Assert.That(
            result,
            Is.EqualTo(new FlushResult(FlushStatus.Failed, 0, 1, result.Elapsed)),
            "the job's span found the processor closed");
    }

    [Test]
    public async Task EndAsync_ProviderDisposedAfterASpanWasLost_IsFailed()
    {
        var pipeline = new Pipeline(batching: new BatchTraceProcessorOptions { ScheduleDelay = Never });
        pipeline.Exporter.OnExport = static _ => ExportResult.Failure;
        JobTrace job = pipeline.Start();
        pipeline.Source.StartActivity("lost")?.Dispose();
        pipeline.Dispose();

        FlushResult result = await job.EndAsync();

        Assert.That(result, Is.EqualTo(new FlushResult(FlushStatus.Failed, 0, 1, result.Elapsed)));
    }

    [Test]
    public void End_ProviderDisposedAfterASpanWasDelivered_IsUnconfirmed()
    {
        var pipeline = new Pipeline(batching: new BatchTraceProcessorOptions { ScheduleDelay = Never });
        JobTrace job = pipeline.Start();
        pipeline.Source.StartActivity("delivered")?.Dispose();
        pipeline.Dispose();

        FlushResult result = job.End();

        Assert.That(
            result,
            Is.EqualTo(new FlushResult(FlushStatus.Unconfirmed, 1, 0, result.Elapsed)),
            "the job's own span never reached the processor");
    }

    [Test]
    public async Task EndAsync_UnsampledJob_FlushesNothing()
    {
        using var pipeline = new Pipeline(sampler: new AlwaysOffSampler());
        JobTrace job = pipeline.Start();

        FlushResult result = await job.EndAsync();

        Assert.That(job.IsRecorded, Is.False);
        Assert.That(result.Status, Is.EqualTo(FlushStatus.NotRequested));
        Assert.That(pipeline.Exporter.Calls, Is.Zero);
    }

    [Test]
    public async Task EndAsync_Canceled_IsCanceledAndTheTraceStillArrives()
    {
        using var pipeline = new Pipeline();
        pipeline.Exporter.OnExport = _ =>
        {
            _gate.Pass();
            return ExportResult.Success;
        };
        using var cancellation = new CancellationTokenSource();
        JobTrace job = pipeline.Start();
        Task<FlushResult> end = job.EndAsync(cancellation.Token).AsTask();

        await cancellation.CancelAsync();

        Assert.That((await Until.DoneAsync(end, "the end")).Status, Is.EqualTo(FlushStatus.Canceled));
        _gate.Open();
        await Until.TrueAsync(() => pipeline.Exporter.SpansOf(job.TraceId).Count == 1, "the trace has arrived");
    }

    [Test]
    public async Task EndAsync_CanceledAfterASpanWasLost_IsFailed()
    {
        using var pipeline = new Pipeline(batching: new BatchTraceProcessorOptions { ScheduleDelay = Never });
        pipeline.Exporter.OnExport = static _ => ExportResult.Failure;
        JobTrace job = pipeline.Start();
        pipeline.Source.StartActivity("lost")?.Dispose();
        await pipeline.Processor.FlushAsync(TimeSpan.FromSeconds(30));
        pipeline.Exporter.OnExport = _ =>
        {
            _gate.Pass();
            return ExportResult.Success;
        };
        using var cancellation = new CancellationTokenSource();
        Task<FlushResult> end = job.EndAsync(cancellation.Token).AsTask();
        await _gate.EnteredAsync();

        await cancellation.CancelAsync();

        FlushResult result = await Until.DoneAsync(end, "the end");
        Assert.That(
            result,
            Is.EqualTo(new FlushResult(FlushStatus.Failed, 0, 1, result.Elapsed)),
            "Canceled says that nothing is known to be lost");
        _gate.Open();
    }

    [Test]
    public async Task EndAsync_ProviderShutDownWhileItWaits_AnswersThenWhateverItWaitedFor()
    {
        var exporter = new OutcomeExporter(maxConcurrency: 2)
        {
            OnExport = (_, outcomes, _) =>
            {
                _gate.Pass();
                Array.Fill(outcomes, ExportOutcome.Delivered);
            },
        };
        using var pipeline = new Pipeline(
            new WorkerTracingOptions { Flush = FlushMode.Wait, FlushTimeout = Timeout.InfiniteTimeSpan }, new BatchTraceProcessorOptions
            {
                ScheduleDelay = Never
            }, exporter);
        JobTrace job = pipeline.Start();
        pipeline.Source.StartActivity("in flight")?.Dispose();
        pipeline.Processor.Pipeline.RequestExport();
        await _gate.EnteredAsync();
        Task<FlushResult> end = job.EndAsync().AsTask(); // the job's own span stays behind the one in flight
        pipeline.Source.StartActivity("somebody else's")?.Dispose();
        pipeline.Processor.Pipeline.RequestExport();
        await _gate.EnteredAsync(2);

        pipeline.Processor.Shutdown(0);

        FlushResult result = await Until.DoneAsync(end, "the end");
        Assert.That(result, Is.EqualTo(new FlushResult(FlushStatus.Failed, 0, 1, result.Elapsed)));
        _gate.Open();
    }

    private static void OnAThreadWithoutContext(Action action)
    {
        Thread elsewhere = new(() => action());
        elsewhere.UnsafeStart();
        elsewhere.Join();
    }

    private sealed class Forwarding(BaseProcessor<Activity> inner) : BaseProcessor<Activity>
    {
        public override void OnEnd(Activity data) => inner.OnEnd(data);
    }
}
