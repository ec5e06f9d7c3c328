using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Trace;
using WorkerTracing.Testing;

namespace WorkerTracing.Faults;

/// <summary>Exporters and processors that break their contract. No job fails, and each result is true.</summary>
[NonParallelizable] // every TracerProvider of the process records the jobs of all tests: the source is shared
public sealed class HostileExporterTests : IDisposable
{
    private readonly HostileExporter _exporter = new();
    private readonly Gate _gate = new();

    public void Dispose() => _gate.Dispose();

    [TestCase(typeof(InvalidOperationException))]
    [TestCase(typeof(OutOfMemoryException))]
    [TestCase(typeof(ThreadInterruptedException))]
    [TestCase(typeof(OperationCanceledException))]
    [TestCase(typeof(TimeoutException))]
    [TestCase(typeof(UntellableException))]
    [TestCase(typeof(AggregateException))]
    public async Task Export_ThatThrows_LosesItsBatchAloneAndTheNextOneLeaves(Type type)
    {
        var failure = (Exception)Activator.CreateInstance(type)!;
        using var worker = new InProcessWorker(_exporter);
        _exporter.OnExport = () => throw failure;
        FlushResult during = await worker.RunAsync();
        _exporter.OnExport = static () => ExportResult.Success;
        FlushResult after = await worker.RunAsync();

        Assert.That(during, Is.EqualTo(new FlushResult(FlushStatus.Failed, 0, 1, during.Elapsed)));
        Assert.That(after, Is.EqualTo(new FlushResult(FlushStatus.Delivered, 1, 0, after.Elapsed)));
    }

    [Test]
    public async Task Export_ThatEndsSpansItself_DoesNotKeepItselfBusyForEver()
    {
        using var worker = new InProcessWorker(_exporter);
        _exporter.OnExport = () =>
        {
            var elsewhere = new Thread(() => worker.EndSpans(1)); // where nothing keeps what it does from being traced
            elsewhere.UnsafeStart();
            elsewhere.Join();
            return ExportResult.Success;
        };

        FlushResult result = await worker.RunAsync();

        Assert.That(result.Status, Is.EqualTo(FlushStatus.Delivered));
        Assert.That(_exporter.Calls, Is.EqualTo(1), "what an export leaves behind waits for the schedule");
    }

    [TestCase("ForceFlush")]
    [TestCase("Flush")]
    [TestCase("Shutdown")]
    [TestCase("Dispose")]
    public async Task Export_ThatWaitsForItself_IsToldAtOnceThatNothingWillCome(string call)
    {
        // only an answer ends a job's wait
        var forever = new WorkerTracingOptions { Flush = FlushMode.Wait, FlushTimeout = Timeout.InfiniteTimeSpan };
        using var worker = new InProcessWorker(_exporter, forever);
        bool once = false;
        _exporter.OnExport = () =>
        {
            if (once)
                return ExportResult.Success;
            once = true;
            switch (call)
            {
                case "ForceFlush":
                    worker.Provider.ForceFlush();
                    break;
                case "Flush":
                    worker.Processor.Flush(Timeout.InfiniteTimeSpan);
                    break;
                case "Shutdown":
                    worker.Provider.Shutdown();
                    break;
                default:
                    worker.Provider.Dispose();
                    break;
            }

            return ExportResult.Success;
        };

        await worker.RunAsync();
        FlushResult next = await worker.RunAsync();

        // Failed if the span reached the closed processor, Unconfirmed if it reached none
        FlushStatus gone = next.Lost == 1 ? FlushStatus.Failed : FlushStatus.Unconfirmed;
        Assert.That(next.Status, Is.EqualTo(call is "ForceFlush" or "Flush" ? FlushStatus.Delivered : gone));
    }

    [Test]
    public async Task Shutdown_OfAnExporterThatHangs_ThrowsNothingIntoAJob()
    {
        using var worker = new InProcessWorker(_exporter);
        _exporter.OnEnd = () =>
        {
            _gate.Pass();
            return true;
        };
        Task shutdown = Task.Factory
            .StartNew(worker.Provider.Dispose, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await _gate.EnteredAsync();

        FlushResult result = await worker.RunAsync();

        Assert.That(result, Is.EqualTo(new FlushResult(FlushStatus.Failed, 0, 1, result.Elapsed)), "its span found the processor closed");
        _gate.Open();
        await Until.DoneAsync(shutdown, "the shutdown");
    }

    [Test]
    public async Task EveryOtherCall_OfTheExporter_ThatThrows_ReachesNoJob()
    {
        var worker = new InProcessWorker(_exporter, new WorkerTracingOptions { Flush = FlushMode.Wait });
        _exporter.OnFlush = _exporter.OnEnd = static () => throw new InvalidOperationException();

        FlushResult result = await worker.RunAsync();
        bool flushed = worker.Provider.ForceFlush();
        bool shutDown = worker.Provider.Shutdown();
        FlushResult after = await worker.RunAsync();

        Assert.That(result.Status, Is.EqualTo(FlushStatus.Delivered));
        Assert.That(flushed, Is.False);
        Assert.That(shutDown, Is.False);
        Assert.That(after.Exported, Is.Zero);
        worker.Dispose();
    }

    [Test]
    public async Task OnStartAndOnEnd_OfAnotherProcessor_ThatThrow_ReachNoJob([Values] bool start)
    {
        using var worker = new InProcessWorker(_exporter, before: new ThrowingProcessor(start));

        FlushResult result = await worker.RunAsync(job => worker.Tracer.Start(job.Job).Dispose());

        Assert.That(Activity.Current, Is.Null);
        Assert.That(JobTrace.Current, Is.Null);
        Assert.That(result.Lost, Is.Zero, "a span that another processor kept from us was never ours to lose");
    }

    private sealed class ThrowingProcessor(bool start) : BaseProcessor<Activity>
    {
        public override void OnStart(Activity data)
        {
            if (start)
                throw new InvalidOperationException("at the start");
        }

        public override void OnEnd(Activity data)
        {
            if (!start)
                throw new InvalidOperationException("at the end");
        }
    }
}
