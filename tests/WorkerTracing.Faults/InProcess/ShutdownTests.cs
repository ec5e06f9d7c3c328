using OpenTelemetry.Trace;
using WorkerTracing.Testing;

namespace WorkerTracing.Faults;

/// <summary>A provider is disposed while jobs run. Each job continues, ends, and gets the result of its spans.</summary>
[NonParallelizable] // every TracerProvider of the process records the jobs of all tests: the source is shared
public sealed class ShutdownTests : IDisposable
{
    private readonly Gate _gate = new();
    private readonly OutcomeExporter _exporter;

    public ShutdownTests() => _exporter = new OutcomeExporter(maxConcurrency: 2)
    {
        OnExport = (_, outcomes, _) =>
        {
            _gate.Pass();
            Array.Fill(outcomes, ExportOutcome.Delivered);
        },
    };

    public void Dispose() => _gate.Dispose();

    [Test]
    public async Task Dispose_WhileAJobRuns_TheJobEndsUnconfirmed()
    {
        var worker = new InProcessWorker(_exporter);

        FlushResult result = await worker.RunAsync(_ =>
        {
            worker.Provider.Dispose();
            worker.Source.StartActivity("after the end")?.Dispose();
        });

        Assert.That(result, Is.EqualTo(new FlushResult(FlushStatus.Unconfirmed, 0, 0, result.Elapsed)));
        worker.Dispose();
    }

    [Test]
    public async Task Shutdown_DuringAFlush_IsWaitedForWhereThereIsTime([Values] bool queuedBehind)
    {
        using var worker = new InProcessWorker(_exporter);
        Task<FlushResult> end = await EndInFlightAsync(worker, queuedBehind);
        Task<bool> shutdown = Task.Factory.StartNew(
            () => worker.Provider.Shutdown(30_000),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

        _gate.Open();

        FlushResult result = await Until.DoneAsync(end, "the end of the job");
        Assert.That(result, Is.EqualTo(new FlushResult(FlushStatus.Delivered, queuedBehind ? 2 : 1, 0, result.Elapsed)));
        Assert.That(await Until.DoneAsync(shutdown, "the shutdown"), Is.True);
    }

    [Test]
    public async Task Shutdown_DuringAFlushOfAHungExporter_AnswersTheJobThenAndLosesWhatHadNotLeft([Values] bool queuedBehind)
    {
        using var worker = new InProcessWorker(
            _exporter,
            new WorkerTracingOptions { Flush = FlushMode.Wait, FlushTimeout = Timeout.InfiniteTimeSpan });
        Task<FlushResult> end = await EndInFlightAsync(worker, queuedBehind);

        bool done = worker.Provider.Shutdown(0);

        FlushResult result = await Until.DoneAsync(end, "the end of the job");
        Assert.That(done, Is.False);
        Assert.That(
            result,
            Is.EqualTo(new FlushResult(queuedBehind ? FlushStatus.Failed : FlushStatus.TimedOut, 0, queuedBehind ? 1 : 0, result.Elapsed)),
            "what is in flight may still arrive");
        _gate.Open();
        await Until.TrueAsync(() => _exporter.Delivered.Count == 1, "it has arrived");
    }

    [Test]
    public async Task Shutdown_WithRetainedSpans_LosesThemAndSaysSo()
    {
        _exporter.OnExport = static (_, outcomes, _) => Array.Fill(outcomes, ExportOutcome.Retained);
        using var worker = new InProcessWorker(_exporter);
        using var lost = new LostSpans();

        FlushResult result = await worker.RunAsync();
        bool done = worker.Provider.Shutdown(0);

        Assert.That(result, Is.EqualTo(new FlushResult(FlushStatus.TimedOut, 0, 0, result.Elapsed)), "not lost yet");
        Assert.That(done, Is.False);
        Assert.That(lost.Count("shutdown"), Is.EqualTo(1));
    }

    [Test]
    public async Task Dispose_WhileManyJobsRunAndFlush_EachAnswersItsOwnAndEverySpanIsAccountedFor()
    {
        const int Jobs = 200;
        for (int round = 0; round < 20; round++)
        {
            using var exporter = new RecordingExporter();
            using var worker = new InProcessWorker(
                exporter,
                batching: new BatchTraceProcessorOptions { ScheduleDelay = TimeSpan.FromMilliseconds(1) });
            using var lost = new LostSpans();
            int begun = 0;
            Task<int>[] jobs = [.. Enumerable.Range(0, Jobs).Select(i => Task.Run(() => worker.Tracer.RunAsync("job", async (job, _) =>
            {
                await Task.Yield();
                Interlocked.Increment(ref begun);
                return i;
            })))];
            Until.True(() => Volatile.Read(ref begun) >= Jobs / 2, "half of the jobs run");

            worker.Provider.Dispose();

            int[] answers = await Until.DoneAsync(Task.WhenAll(jobs), "every job");
            Assert.That(answers, Is.EqualTo(Enumerable.Range(0, Jobs)));
            Assert.That(
                exporter.Spans.Count + lost.Count("shutdown"),
                Is.LessThanOrEqualTo(Jobs),
                "a job that ended after the provider was not recorded; none counts twice");
        }
    }

    /// <summary>Ends a job whose span, or whose first one of two, is held in the exporter.</summary>
    private async Task<Task<FlushResult>> EndInFlightAsync(InProcessWorker worker, bool queuedBehind)
    {
        JobTrace job = worker.Start();
        if (!queuedBehind)
        {
            Task<FlushResult> alone = job.EndAsync().AsTask();
            await _gate.EnteredAsync();
            return alone;
        }

        worker.EndSpans(1);
        Task<FlushResult> flush = worker.Processor.FlushAsync(TimeSpan.FromSeconds(30)).AsTask();
        await _gate.EnteredAsync();
        Assert.That(flush.IsCompleted, Is.False);
        return job.EndAsync().AsTask();
    }
}
