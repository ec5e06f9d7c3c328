using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace WorkerTracing.Load;

/// <summary>A job in a <see cref="JobTrace"/>, flushed by <see cref="FlushMode.Wait"/>.</summary>
internal sealed class WorkerTracingContender : Contender
{
    private static readonly JobInfo Job = new() { System = "load", Name = "job", Flush = FlushMode.Wait };

    private readonly ActivitySource _source = new($"load {Guid.NewGuid():n}");
    private readonly TracerProvider _provider;
    private readonly JobTracer _tracer;

    public WorkerTracingContender(SlowBackend backend, int jobs)
        : this(backend.MaxConcurrency == 1 ? backend : (BaseExporter<Activity>)new ConcurrentBackend(backend), jobs)
    {
    }

    public WorkerTracingContender(BaseExporter<Activity> exporter, int jobs)
    {
        var options = new BatchTraceProcessorOptions { MaxBatchSize = BatchSize(jobs), MaxQueueSize = QueueSize(jobs) };
        _provider = Sdk.CreateTracerProviderBuilder().AddSource("WorkerTracing", _source.Name)
            .AddProcessor(new BatchTraceProcessor(exporter, options))
            .Build();
        _tracer = new JobTracer(_provider, new WorkerTracingOptions { FlushTimeout = TimeSpan.FromSeconds(30) });
    }

    public override async ValueTask<Delivery> RunAsync(TimeSpan work)
    {
        JobTrace job = _tracer.Start(Job);
        if (work > TimeSpan.Zero)
            await Task.Delay(work);
        long worked = Stopwatch.GetTimestamp();
        Step(_source);
        FlushResult result = await job.EndAsync();
        return new Delivery(job.TraceId, result.Status == FlushStatus.Delivered, Stopwatch.GetElapsedTime(worked));
    }

    public override Delivery Run()
    {
        JobTrace job = _tracer.Start(Job);
        long worked = Stopwatch.GetTimestamp();
        Step(_source);
        FlushResult result = job.End();
        return new Delivery(job.TraceId, result.Status == FlushStatus.Delivered, Stopwatch.GetElapsedTime(worked));
    }

    public override void Dispose()
    {
        _provider.Dispose();
        _source.Dispose();
    }
}
