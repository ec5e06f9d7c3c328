using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace WorkerTracing.Load;

/// <summary>One way to run a job of six spans and to wait until they are delivered.</summary>
internal abstract class Contender(string name) : IDisposable
{
    public const int SpansPerJob = 6;

    public string Name { get; } = name;

    /// <summary>How many threads of the pool the way needs for its waits, beside those that work.</summary>
    public virtual int BlockedThreads(int jobs) => 0;

    /// <summary>Runs one job.</summary>
    /// <returns>Its trace, and whether the way said that everything was delivered.</returns>
    public abstract ValueTask<(ActivityTraceId Trace, bool Delivered)> RunAsync(TimeSpan work);

    public abstract void Dispose();

    protected static async ValueTask WorkAsync(ActivitySource source, TimeSpan work)
    {
        if (work > TimeSpan.Zero)
            await Task.Delay(work);
        for (int i = 1; i < SpansPerJob; i++)
            source.StartActivity("step")?.Dispose();
    }
}

/// <summary>A job in a <see cref="JobTrace"/>, flushed by <see cref="FlushMode.Wait"/>.</summary>
internal sealed class Ours : Contender
{
    private static readonly JobInfo Job = new() { System = "load", Name = "job", Flush = FlushMode.Wait };

    private readonly ActivitySource _source = new($"load {Guid.NewGuid():n}");
    private readonly TracerProvider _provider;
    private readonly JobTracer _tracer;

    public Ours(SlowBackend backend, int maxBatchSize)
        : base("WorkerTracing")
    {
        var options = new BatchTraceProcessorOptions { MaxBatchSize = maxBatchSize, MaxQueueSize = Math.Max(8192, 2 * maxBatchSize) };
        _provider = Sdk.CreateTracerProviderBuilder().AddSource("WorkerTracing", _source.Name).AddProcessor(new BatchTraceProcessor(backend, options)).Build();
        _tracer = new JobTracer(_provider, new WorkerTracingOptions { FlushTimeout = TimeSpan.FromSeconds(30) });
    }

    public override async ValueTask<(ActivityTraceId Trace, bool Delivered)> RunAsync(TimeSpan work)
    {
        JobTrace job = _tracer.Start(Job);
        await WorkAsync(_source, work);
        FlushResult result = await job.EndAsync();
        return (job.TraceId, result.Status == FlushStatus.Delivered);
    }

    public override void Dispose()
    {
        _provider.Dispose();
        _source.Dispose();
    }
}

/// <summary>A job in a span, and <c>TracerProvider.ForceFlush</c> on OpenTelemetry's own batch processor after it: what a user writes today.</summary>
internal sealed class Theirs : Contender
{
    private readonly ActivitySource _source = new($"load {Guid.NewGuid():n}");
    private readonly TracerProvider _provider;

    public Theirs(SlowBackend backend, int maxBatchSize)
        : base("OpenTelemetry")
    {
        var processor = new BatchActivityExportProcessor(backend, maxQueueSize: Math.Max(8192, 2 * maxBatchSize), maxExportBatchSize: maxBatchSize);
        _provider = Sdk.CreateTracerProviderBuilder().AddSource(_source.Name).AddProcessor(processor).Build();
    }

    public override int BlockedThreads(int jobs) => jobs;

    public override async ValueTask<(ActivityTraceId Trace, bool Delivered)> RunAsync(TimeSpan work)
    {
        ActivityTraceId trace;
        using (Activity job = _source.StartActivity("job")!)
        {
            trace = job.TraceId;
            await WorkAsync(_source, work);
        }

        return (trace, _provider.ForceFlush(30_000));
    }

    public override void Dispose()
    {
        _provider.Dispose();
        _source.Dispose();
    }
}
