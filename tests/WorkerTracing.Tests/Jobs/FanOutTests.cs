using System.Diagnostics;
using System.Runtime.CompilerServices;
using OpenTelemetry;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

/// <summary>Several jobs of one trace that run side by side in this process.</summary>
public sealed class FanOutTests : IDisposable
{
    private readonly ActivityContext _origin =
        new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, isRemote: true);

    private readonly Pipeline _pipeline = new(
        new WorkerTracingOptions { Flush = FlushMode.Wait, FlushTimeout = TimeSpan.FromSeconds(30), Relation = TraceRelation.Child },
        new BatchTraceProcessorOptions { MaxBatchSize = 1, ScheduleDelay = TimeSpan.FromMinutes(5) });

    public void Dispose() => _pipeline.Dispose();

    [Test]
    public async Task EndAsync_LostSpanThatCanBelongToEither_CountsForBoth()
    {
        _pipeline.Exporter.OnExport = static spans =>
            spans.Any(static span => span.DisplayName == "server") ? ExportResult.Failure : ExportResult.Success;
        JobTrace first = await Task.Run(() => Start("first"));
        JobTrace second = await Task.Run(() =>
        {
            JobTrace job = Start("second");
            CallThisProcess();
            return job;
        });

        FlushResult secondResult = await second.EndAsync();
        FlushResult firstResult = await first.EndAsync();

        Assert.That(secondResult.Status, Is.EqualTo(FlushStatus.Failed));
        Assert.That(secondResult.Lost, Is.EqualTo(1));
        Assert.That(firstResult.Status, Is.EqualTo(FlushStatus.Failed));
        Assert.That(firstResult.Lost, Is.EqualTo(1));
    }

    [Test]
    public async Task EndAsync_LostSpanOfAnotherJobOfTheTrace_DoesNotCount()
    {
        _pipeline.Exporter.OnExport = static spans =>
            spans.Any(static span => span.DisplayName == "child") ? ExportResult.Failure : ExportResult.Success;
        JobTrace first = await Task.Run(() => Start("first"));
        JobTrace second = await Task.Run(() =>
        {
            JobTrace job = Start("second");
            _pipeline.Source.StartActivity("child")?.Dispose();
            return job;
        });

        FlushResult secondResult = await second.EndAsync();
        FlushResult firstResult = await first.EndAsync();

        Assert.That(secondResult.Status, Is.EqualTo(FlushStatus.Failed));
        Assert.That(firstResult.Status, Is.EqualTo(FlushStatus.Delivered));
    }

    [Test]
    public async Task EndAsync_SpanWhoseJobHasEndedBeforeIt_StillCountsForTheJobOfItsStart()
    {
        JobTrace job = await Task.Run(() => Start("only"));
        Activity server = _pipeline.Source.StartActivity(
            "server", ActivityKind.Server, new ActivityContext(job.TraceId, ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded))!;

        Assert.That(TraceSegment.Of(server), Is.SameAs(job.Segment));
        await job.EndAsync();

        Assert.That(TraceSegment.Of(server), Is.SameAs(job.Segment));
        server.Dispose();
    }

    [Test]
    public void JobThatIsNeverEnded_StaysInMemoryOnlyAsLongAsTheApplicationKeepsIt()
    {
        WeakReference span = StartAndForget();

        Until.True(
            () =>
            {
                GC.Collect();
                return !span.IsAlive;
            },
            "the span of the forgotten job is gone");
    }

    private JobTrace Start(string name) =>
        _pipeline.Tracer.Start(Pipeline.Job(name) with { Origin = _origin, Trigger = JobTrigger.Enqueued });

    /// <summary>Makes a span below a client span of the job from its header alone, as a request to this process does.</summary>
    private void CallThisProcess()
    {
        using Activity client = _pipeline.Source.StartActivity("client", ActivityKind.Client)!;
        var header = new ActivityContext(client.TraceId, client.SpanId, client.ActivityTraceFlags, isRemote: true);
        using (ExecutionContext.SuppressFlow())
            Task.Run(() => _pipeline.Source.StartActivity("server", ActivityKind.Server, header)?.Dispose()).GetAwaiter().GetResult();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference StartAndForget()
    {
        WeakReference? span = null;
        var thread = new Thread(() => span = new WeakReference(_pipeline.Start("forgotten").Activity));
        thread.Start();
        thread.Join();
        return span!;
    }
}
