using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using OpenTelemetry;
using OpenTelemetry.Trace;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

/// <summary>Processors of ours inside processors of the application.</summary>
public sealed class WrappedProcessorTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Never = TimeSpan.FromDays(1);

    private readonly ActivitySource _source = new($"test {Guid.NewGuid():n}");
    private readonly ActivitySource _jobs = new($"jobs {Guid.NewGuid():n}");

    [TearDown]
    public void DisposeSources()
    {
        _source.Dispose();
        _jobs.Dispose();
    }

    [Test]
    public async Task FlushAsync_ProcessorInsideAnother_IsAskedLikeAnyOther([Values] bool isInAJob)
    {
        var good = new RecordingExporter();
        var bad = new RecordingExporter { OnExport = static _ => ExportResult.Failure };
        using TracerProvider provider = Provider(new BatchTraceProcessor(good), new Wrapper(new BatchTraceProcessor(bad)));
        JobTracer tracer = Tracer(provider);
        if (isInAJob)
            tracer.Start(new JobInfo { System = "test", Name = "job", Flush = FlushMode.None }).Dispose();
        else
            _source.StartActivity("a span of no job")!.Dispose();

        FlushResult result = await tracer.Flusher.FlushAsync(Long);

        Assert.That(result, Is.EqualTo(new FlushResult(FlushStatus.Failed, 1, 1, result.Elapsed)));
        Assert.That(bad.Calls, Is.EqualTo(1));
    }

    [Test]
    public async Task FlushAsync_OnlyProcessorsInsideOthers_AreAllAsked()
    {
        var first = new RecordingExporter();
        var second = new RecordingExporter();
        using TracerProvider provider = Provider(
            new Wrapper(new BatchTraceProcessor(first)), new Wrapper(new BatchTraceProcessor(second)));
        JobTracer tracer = Tracer(provider);
        _source.StartActivity("a span of no job")!.Dispose();

        FlushResult result = await tracer.Flusher.FlushLastAsync(Long, CancellationToken.None);

        Assert.That(result, Is.EqualTo(new FlushResult(FlushStatus.Delivered, 2, 0, result.Elapsed)));
        Assert.That((first.Spans.Count, second.Spans.Count), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task FlushAsync_ProcessorInsideAnotherOfAnotherProvider_IsNotAsked()
    {
        var own = new RecordingExporter();
        var other = new RecordingExporter { OnExport = static _ => ExportResult.Failure };
        using var otherSource = new ActivitySource($"test {Guid.NewGuid():n}");
        using TracerProvider otherProvider = Sdk.CreateTracerProviderBuilder().AddSource(otherSource.Name)
            .AddProcessor(new Wrapper(new BatchTraceProcessor(other, new BatchTraceProcessorOptions { ScheduleDelay = Never })))
            .Build();
        using TracerProvider provider = Provider(new BatchTraceProcessor(own));
        JobTracer tracer = Tracer(provider);
        otherSource.StartActivity("the other's")!.Dispose();
        _source.StartActivity("own")!.Dispose();

        FlushResult result = await tracer.Flusher.FlushAsync(Long);

        Assert.That(result, Is.EqualTo(new FlushResult(FlushStatus.Delivered, 1, 0, result.Elapsed)));
        Assert.That(other.Calls, Is.Zero);
    }

    private JobTracer Tracer(TracerProvider provider) =>
        new(provider, new WorkerTracingOptions(), flushProvider: false, NullLogger.Instance, TimeProvider.System, _jobs);

    private TracerProvider Provider(params BaseProcessor<Activity>[] processors)
    {
        TracerProviderBuilder builder = Sdk.CreateTracerProviderBuilder().AddSource(_jobs.Name, _source.Name);
        foreach (BaseProcessor<Activity> processor in processors)
            builder.AddProcessor(processor);
        return builder.Build();
    }

    private sealed class Wrapper(BaseProcessor<Activity> inner) : BaseProcessor<Activity>
    {
        public override void OnEnd(Activity data) => inner.OnEnd(data);

        protected override bool OnForceFlush(int timeoutMilliseconds) => inner.ForceFlush(timeoutMilliseconds);

        protected override bool OnShutdown(int timeoutMilliseconds) => inner.Shutdown(timeoutMilliseconds);
    }
}
