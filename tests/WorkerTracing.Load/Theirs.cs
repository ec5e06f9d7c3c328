using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace WorkerTracing.Load;

/// <summary>
/// A job in a span, and <c>TracerProvider.ForceFlush</c> on OpenTelemetry's own batch processor after it: what a user writes today. It blocks a thread for each job that waits; the pool is
/// given that many from the start.
/// </summary>
internal sealed class Theirs : Contender
{
    private const int FlushTimeout = 30_000;

    private readonly ActivitySource _source = new($"load {Guid.NewGuid():n}");
    private readonly TracerProvider _provider;

    public Theirs(SlowBackend backend, int maxBatchSize)
        : base("OpenTelemetry")
    {
        var processor = new BatchActivityExportProcessor(backend, maxQueueSize: QueueSize, maxExportBatchSize: maxBatchSize);
        _provider = Sdk.CreateTracerProviderBuilder().AddSource(_source.Name).AddProcessor(processor).Build();
    }

    public override int BlockedThreads(int jobs) => jobs;

    public override async ValueTask<Delivery> RunAsync(TimeSpan work)
    {
        ActivityTraceId trace;
        using (Activity job = _source.StartActivity("job")!)
        {
            trace = job.TraceId;
            if (work > TimeSpan.Zero)
                await Task.Delay(work);
            Step(_source);
        }

        return new Delivery(trace, _provider.ForceFlush(FlushTimeout));
    }

    public override Delivery Run()
    {
        ActivityTraceId trace;
        using (Activity job = _source.StartActivity("job")!)
        {
            trace = job.TraceId;
            Step(_source);
        }

        return new Delivery(trace, _provider.ForceFlush(FlushTimeout));
    }

    public override void Dispose()
    {
        _provider.Dispose();
        _source.Dispose();
    }
}
