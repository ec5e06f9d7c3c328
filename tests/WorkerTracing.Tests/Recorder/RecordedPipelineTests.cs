using System.Diagnostics;
using System.Net;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

/// <summary>A pipeline with a flight recorder on a real disk, and a real backend that comes and goes.</summary>
[NonParallelizable] // every TracerProvider of the process records the jobs of all tests: the source is shared
public sealed class RecordedPipelineTests
{
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(30);

    private readonly TemporaryDirectory _directory = new();

    [TearDown]
    public void Delete() => _directory.Dispose();

    [Test]
    public async Task OnEnd_QueueIsFullDuringAnOutage_DeliversEverySpanLater()
    {
        await using var backend = new OtlpReceiver { OnRequest = static _ => Task.FromResult(HttpStatusCode.ServiceUnavailable) };
        using Pipeline pipeline = PipelineTo(backend, FlushMode.None, maxQueueSize: 16);

        for (int i = 0; i < 500; i++)
            EndSpan(pipeline, $"span {i}");
        FlushResult during = await pipeline.Processor.FlushAsync(Enough);
        backend.OnRequest = static _ => Task.FromResult(HttpStatusCode.OK);
        await Until.TrueAsync(() => backend.Spans.Count >= 500, "every span has arrived");
        FlushResult after = await pipeline.Processor.FlushAsync(Enough);

        Assert.That((during.Status, during.Stored, during.Lost), Is.EqualTo((FlushStatus.Stored, 500, 0)));
        Assert.That((after.Status, after.Stored, after.Lost), Is.EqualTo((FlushStatus.Delivered, 0, 0)));
        Assert.That(backend.Spans.Select(static span => span.Name), Is.EquivalentTo(Enumerable.Range(0, 500).Select(i => $"span {i}")));
        Assert.That(pipeline.Processor.Pipeline.Health.Lost, Is.Zero);
        Assert.That(pipeline.Processor.Pipeline.Health.Delivered, Is.EqualTo(500));
    }

    [Test]
    public async Task FlushAsync_RecordsAreLeft_WaitsForThem()
    {
        await using var backend = new OtlpReceiver { OnRequest = static _ => Task.FromResult(HttpStatusCode.ServiceUnavailable) };
        using Pipeline pipeline = PipelineTo(backend, FlushMode.None, maxQueueSize: 16);
        for (int i = 0; i < 100; i++)
            EndSpan(pipeline, $"span {i}");
        await pipeline.Processor.FlushAsync(Enough);
        backend.OnRequest = static _ => Task.FromResult(HttpStatusCode.OK);

        FlushResult result = default;
        await Until.TrueAsync(
            async () => (result = await pipeline.Processor.FlushAsync(Enough)).Status == FlushStatus.Delivered, "everything is delivered");

        Assert.That(backend.Spans, Has.Count.EqualTo(100));
        Assert.That(result.Lost, Is.Zero);
    }

    [TestCase(FlushMode.Wait)]
    [TestCase(FlushMode.Background)]
    public async Task EndAsync_DuringAnOutage_AnswersStoredAndDeliversLater(FlushMode mode)
    {
        await using var backend = new OtlpReceiver { OnRequest = static _ => Task.FromResult(HttpStatusCode.ServiceUnavailable) };
        using Pipeline pipeline = PipelineTo(backend, mode);

        FlushResult[] results = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => EndJobAsync(pipeline, $"job {i}")));
        backend.OnRequest = static _ => Task.FromResult(HttpStatusCode.OK);
        await Until.TrueAsync(() => backend.Spans.Count >= 20, "every span has arrived");

        Assert.That(results.Select(static result => (result.Status, result.Stored, result.Lost)),
            Is.All.EqualTo((FlushStatus.Stored, 2, 0)));
        Assert.That(results.Select(static result => result.Elapsed), Is.All.LessThan(Enough));
    }

    [Test]
    public async Task EndAsync_BackendWorks_AnswersAsWithoutARecorder()
    {
        await using var backend = new OtlpReceiver();
        using Pipeline pipeline = PipelineTo(backend, FlushMode.Wait);

        FlushResult result = await EndJobAsync(pipeline, "job");

        Assert.That((result.Status, result.Exported, result.Stored, result.Lost), Is.EqualTo((FlushStatus.Delivered, 2, 0, 0)));
    }

    [Test]
    public async Task EndAsync_InBackground_StartsAnExport()
    {
        await using var backend = new OtlpReceiver();
        using Pipeline pipeline = PipelineTo(backend, FlushMode.Background); // its schedule is a day

        FlushResult result = await EndJobAsync(pipeline, "job");
        await Until.TrueAsync(() => backend.Spans.Count == 2, "the trace has arrived");

        Assert.That(result.Status, Is.EqualTo(FlushStatus.Stored));
    }

    [TestCase(FlushMode.Wait, FlushStatus.TimedOut)]
    [TestCase(FlushMode.Background, FlushStatus.Requested)]
    public async Task EndAsync_OneExporterCannotBeRecorded_AnswersAsWithoutARecorder(FlushMode mode, FlushStatus expected)
    {
        await using var backend = new OtlpReceiver { OnRequest = static _ => Task.FromResult(HttpStatusCode.ServiceUnavailable) };
        var other = new OutcomeExporter { OnExport = static (_, outcomes, _) => Array.Fill(outcomes, ExportOutcome.Retained) };
        using Pipeline pipeline = PipelineTo(backend, mode, others: new BatchTraceProcessor(other, Batching()));

        FlushResult result = await EndJobAsync(pipeline, "job");

        Assert.That((result.Status, result.Lost), Is.EqualTo((expected, 0)));
    }

    [Test]
    public async Task EndAsync_TheOtherExporterHasDelivered_AnswersStored()
    {
        await using var backend = new OtlpReceiver { OnRequest = static _ => Task.FromResult(HttpStatusCode.ServiceUnavailable) };
        using Pipeline pipeline = PipelineTo(backend, FlushMode.Wait, others: new BatchTraceProcessor(new RecordingExporter(), Batching()));

        FlushResult result = await EndJobAsync(pipeline, "job");

        Assert.That((result.Status, result.Exported, result.Stored), Is.EqualTo((FlushStatus.Stored, 2, 2)));
    }

    [Test]
    public async Task ReadBack_OneRecordFailsAlways_DeliversTheOthers()
    {
        await using var backend = new OtlpReceiver { OnRequest = static _ => Task.FromResult(HttpStatusCode.ServiceUnavailable) };
        using Pipeline pipeline = PipelineTo(backend, FlushMode.None, maxQueueSize: 64);
        for (int i = 0; i < 200; i++)
            EndSpan(pipeline, $"span {i}");
        int requests = backend.Requests;

        backend.OnRequest = static spans => Task.FromResult(
            spans.Any(static span => span.Name == "span 100") ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK);
        await Until.TrueAsync(() => backend.Spans.Count >= 199, "all but one have arrived");

        Assert.That(backend.Spans.Select(static span => span.SpanId), Is.Unique);
        Assert.That(backend.Requests - requests, Is.LessThanOrEqualTo(40), "a search by halves, and a few steps out of the outage");
    }

    [Test]
    public async Task Dispose_BackendIsAway_LosesNothing()
    {
        await using var backend = new OtlpReceiver { OnRequest = static _ => Task.FromResult(HttpStatusCode.ServiceUnavailable) };
        BatchTraceProcessor processor;
        using (Pipeline pipeline = PipelineTo(backend, FlushMode.None, maxQueueSize: 16))
        {
            processor = pipeline.Processor;
            for (int i = 0; i < 100; i++)
                EndSpan(pipeline, $"span {i}");
        }

        Assert.That(processor.Pipeline.Health.Lost, Is.Zero);
        backend.OnRequest = static _ => Task.FromResult(HttpStatusCode.OK);
        using Pipeline next = PipelineTo(backend, FlushMode.None);
        await next.Processor.Pipeline.Recording!.AdoptNowAsync();
        await Until.TrueAsync(() => backend.Spans.Count >= 100, "the next provider has delivered them");
        Assert.That(backend.Spans.Select(static span => span.SpanId), Is.Unique);
    }

    [Test]
    public async Task Start_AnotherEndpoint_GetsWhatTheFirstWasToGet()
    {
        await using var wrong = new OtlpReceiver { OnRequest = static _ => Task.FromResult(HttpStatusCode.ServiceUnavailable) };
        await using var right = new OtlpReceiver();
        using (Pipeline pipeline = PipelineTo(wrong, FlushMode.None))
            EndSpan(pipeline, "span");

        using Pipeline next = PipelineTo(right, FlushMode.None);
        await next.Processor.Pipeline.Recording!.AdoptNowAsync();
        await Until.TrueAsync(() => right.Spans.Count == 1, "the span has arrived");

        Assert.That(wrong.Spans, Is.Empty);
    }

    private static void EndSpan(Pipeline pipeline, string name)
    {
        Activity.Current = null;
        pipeline.Source.StartActivity(name)!.Dispose();
    }

    private static async Task<FlushResult> EndJobAsync(Pipeline pipeline, string name)
    {
        JobTrace job = pipeline.Start(name);
        pipeline.Source.StartActivity("step")!.Dispose();
        return await job.EndAsync();
    }

    private static BatchTraceProcessorOptions Batching() => new() { ScheduleDelay = TimeSpan.FromDays(1) };

    private Pipeline PipelineTo(
        OtlpReceiver backend, FlushMode mode, int maxQueueSize = 8192, params BaseProcessor<Activity>[] others)
    {
        BatchTraceProcessorOptions batching = Batching();
        batching.MaxQueueSize = maxQueueSize;
        if (mode == FlushMode.None)
            batching.ScheduleDelay = TimeSpan.FromMilliseconds(100);
        batching.FlightRecorder = new FlightRecorderOptions { Directory = _directory.Path };
        return new Pipeline(
            new WorkerTracingOptions { Flush = mode, FlushTimeout = Enough },
            batching,
            new OtlpSpanExporter(new OtlpExporterOptions { Endpoint = backend.Endpoint, Protocol = OtlpExportProtocol.HttpProtobuf }),
            others: others);
    }
}
