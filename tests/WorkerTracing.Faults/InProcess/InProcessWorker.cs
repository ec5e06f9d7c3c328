using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Trace;
using WorkerTracing.Testing;

namespace WorkerTracing.Faults;

/// <summary>A tracer with one exporter, and a source of spans of its own, as an application without a host would make them.</summary>
internal sealed class InProcessWorker : IDisposable
{
    private readonly TracerProvider _provider;

    public InProcessWorker(
        BaseExporter<Activity> exporter,
        WorkerTracingOptions? options = null,
        BatchTraceProcessorOptions? batching = null,
        params BaseProcessor<Activity>[] before)
    {
        Processor = new BatchTraceProcessor(exporter, batching ?? new BatchTraceProcessorOptions { ScheduleDelay = TimeSpan.FromDays(1) });
        TracerProviderBuilder builder = Sdk.CreateTracerProviderBuilder().AddSource("WorkerTracing", Source.Name);
        foreach (BaseProcessor<Activity> processor in before)
            builder.AddProcessor(processor);
        _provider = builder.AddProcessor(Processor).Build();
        Tracer = new JobTracer(
            _provider,
            options ?? new WorkerTracingOptions { Flush = FlushMode.Wait, FlushTimeout = TimeSpan.FromSeconds(30) });
    }

    public ActivitySource Source { get; } = new($"worker {Guid.NewGuid():n}");

    public BatchTraceProcessor Processor { get; }

    public JobTracer Tracer { get; }

    public TracerProvider Provider => _provider;

    public JobTrace Start() => Tracer.Start(new JobInfo { System = "test", Name = "job" });

    public void EndSpans(int count)
    {
        for (int i = 0; i < count; i++)
            Source.StartActivity("span")!.Dispose();
    }

    /// <summary>Runs a job as a worker would, and fails if it doesn't answer or its answer isn't its own.</summary>
    public async Task<FlushResult> RunAsync(Action<JobTrace>? body = null)
    {
        JobTrace? trace = null;
        object own = new();
        object answer = await Until.DoneAsync(
            Tracer.RunAsync(
                "job",
                (job, _) =>
                {
                    body?.Invoke(trace = job);
                    trace = job;
                    return Task.FromResult(own);
                }),
            "the job");
        Assert.That(answer, Is.SameAs(own));
        return trace!.Result;
    }

    public void Dispose()
    {
        _provider.Dispose();
        Source.Dispose();
    }
}
