using System.Collections.Concurrent;
using OpenTelemetry;
using WorkerTracing.Testing;

namespace WorkerTracing.Faults;

/// <summary>More spans than the queue holds. Every lost span is counted, and the result of the job has the number.</summary>
[NonParallelizable] // every TracerProvider of the process records the jobs of all tests: the source is shared
public sealed class VolumeTests : IDisposable
{
    private readonly Gate _gate = new();
    private readonly RecordingExporter _exporter = new();

    public void Dispose() => _gate.Dispose();

    [Test]
    public async Task AJobOf8192Spans_WithTheDefaults_IsToldOfEachSpan()
    {
        using var worker = new InProcessWorker(_exporter, batching: new BatchTraceProcessorOptions());
        JobTrace job = worker.Start();
        worker.EndSpans(8191);

        FlushResult result = await job.EndAsync();

        Assert.That(result.Exported + result.Lost, Is.EqualTo(8192));
        Assert.That(result.Exported, Is.EqualTo(_exporter.SpansOf(job.TraceId).Count));
        Assert.That(result.Status, Is.EqualTo(result.Lost == 0 ? FlushStatus.Delivered : FlushStatus.Failed));
    }

    [Test]
    public async Task AJobOfMoreSpansThanTheQueueHolds_WhileTheExporterIsBusy_IsToldWhatWasLost()
    {
        _exporter.OnExport = _ =>
        {
            _gate.Pass();
            return ExportResult.Success;
        };
        using var worker = new InProcessWorker(
            _exporter,
            batching: new BatchTraceProcessorOptions { ScheduleDelay = TimeSpan.FromDays(1), ExportTriggerRatio = 1 });
        worker.EndSpans(1);
        Task<FlushResult> first = worker.Processor.FlushAsync(TimeSpan.FromSeconds(30)).AsTask();
        await _gate.EnteredAsync();
        JobTrace job = worker.Start();
        worker.EndSpans(10_000);
        Task<FlushResult> end = job.EndAsync().AsTask();

        _gate.Open();
        FlushResult result = await Until.DoneAsync(end, "the end");

        Assert.That(result, Is.EqualTo(new FlushResult(FlushStatus.Failed, 8192, 10_001 - 8192, result.Elapsed)));
        Assert.That(_exporter.SpansOf(job.TraceId), Has.Count.EqualTo(8192));
        Assert.That((await first).Status, Is.EqualTo(FlushStatus.Delivered));
    }

    [TestCase(1, 8192)]
    [TestCase(4, 512)]
    public async Task JobsSideBySideThatWait_OnManyThreads_AreToldOfEverySpan(int concurrency, int queue)
    {
        const int Threads = 8;
        const int JobsEach = 64;
        const int SpansEach = 15;
        var exporter = new OutcomeExporter(concurrency);
        using var worker = new InProcessWorker(
            exporter,
            batching: new BatchTraceProcessorOptions { MaxQueueSize = queue, ScheduleDelay = TimeSpan.FromMilliseconds(1) });
        var results = new ConcurrentBag<(JobTrace Job, FlushResult Result)>();
        Task[] working = [.. Enumerable.Range(0, Threads).Select(_ => Task.Factory.StartNew(
            () =>
            {
                for (int i = 0; i < JobsEach; i++)
                {
                    JobTrace job = worker.Start();
                    worker.EndSpans(SpansEach);
                    results.Add((job, job.End()));
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];

        await Until.DoneAsync(Task.WhenAll(working), "all jobs");

        ILookup<System.Diagnostics.ActivityTraceId, System.Diagnostics.Activity> delivered = exporter.Delivered
            .ToLookup(static span => span.TraceId);
        Assert.That(results.Select(static r => r.Result.Exported + r.Result.Lost), Is.All.EqualTo(SpansEach + 1));
        Assert.That(
            results.Where(r => r.Result.Exported != delivered[r.Job.TraceId].Count()),
            Is.Empty,
            "the result of a job is what the exporter acknowledged");
        Assert.That(exporter.Delivered.Distinct().Count(), Is.EqualTo(exporter.Delivered.Count), "no span twice");
        Assert.That(results.Sum(static r => r.Result.Exported), Is.EqualTo(exporter.Delivered.Count));
        Assert.That(results, Has.Count.EqualTo(Threads * JobsEach));
    }

    [Test]
    public async Task AJobThatNeverEnds_ItsSpansLeaveOnScheduleAndHoldNoMemory()
    {
        const int Spans = 200_000;
        long exported = 0;
        var exporter = new OutcomeExporter { OnExport = (batch, outcomes, _) => Interlocked.Add(ref exported, batch.Length) };
        using var worker = new InProcessWorker(
            exporter,
            batching: new BatchTraceProcessorOptions { ScheduleDelay = TimeSpan.FromMilliseconds(5) });
        JobTrace job = worker.Start();
        long before = GC.GetTotalMemory(forceFullCollection: true);

        for (int sent = 0; sent < Spans; sent += 1000)
        {
            worker.EndSpans(1000);
            await Until.TrueAsync(
                () => Volatile.Read(ref exported) >= sent + 1000,
                "the spans have left on schedule, while the job runs on");
        }

        long grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.That(grown, Is.LessThan(4 << 20), "200,000 spans of some 500 bytes would be 100 MB");
        worker.Dispose();
        Assert.That(JobTrace.Current, Is.SameAs(job), "the job goes on");
        job.Dispose();
    }
}
