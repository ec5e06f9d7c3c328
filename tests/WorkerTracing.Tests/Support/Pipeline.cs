using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using OpenTelemetry;
using OpenTelemetry.Trace;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

/// <summary>A TracerProvider with our processor, a tracer, and a source of child spans of its own.</summary>
internal sealed class Pipeline : IDisposable
{
    private readonly TracerProvider _provider;

    public Pipeline(
        WorkerTracingOptions? options = null,
        BatchTraceProcessorOptions? batching = null,
        BaseExporter<Activity>? exporter = null,
        Sampler? sampler = null,
        string[]? sources = null,
        params BaseProcessor<Activity>[] others)
    {
        Exporter = exporter as RecordingExporter ?? new RecordingExporter();
        Processor = new BatchTraceProcessor(exporter ?? Exporter, batching);
        TracerProviderBuilder builder = Sdk.CreateTracerProviderBuilder().AddSource(Jobs.Name, Source.Name).AddSource(sources ?? [])
            .AddProcessor(Processor);
        if (sampler is not null)
            builder.SetSampler(sampler);
        foreach (BaseProcessor<Activity> other in others)
            builder.AddProcessor(other);
        _provider = builder.Build();
        Tracer = new JobTracer(
            _provider,
            options ?? new WorkerTracingOptions { Flush = FlushMode.Wait, FlushTimeout = TimeSpan.FromSeconds(30) },
            flushProvider: false,
            NullLogger.Instance,
            TimeProvider.System,
            Jobs);
    }

    /// <summary>Where the spans of the jobs come from: a source of this pipeline alone, so that tests run side by side.</summary>
    public ActivitySource Jobs { get; } = new($"jobs {Guid.NewGuid():n}");

    /// <summary>Where a test's own spans come from.</summary>
    public ActivitySource Source { get; } = new($"test {Guid.NewGuid():n}");

    public RecordingExporter Exporter { get; }

    public BatchTraceProcessor Processor { get; }

    public JobTracer Tracer { get; }

    public TracerProvider Provider => _provider;

    public static JobInfo Job(string name = "job") => new() { System = "test", Name = name };

    public JobTrace Start(string name = "job") => Tracer.Start(Job(name));

    public void Dispose()
    {
        _provider.Dispose();
        Jobs.Dispose();
        Source.Dispose();
    }
}
