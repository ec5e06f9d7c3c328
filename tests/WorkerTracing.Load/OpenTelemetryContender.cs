using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace WorkerTracing.Load;

/// <summary>
/// A job in a span, and <c>TracerProvider.ForceFlush</c> on OpenTelemetry's own batch processor after it: what a user writes today. It
/// blocks a thread for each job that waits.
/// </summary>
internal sealed class OpenTelemetryContender : Contender
{
    private const int FlushTimeout = 30_000;

    private readonly ActivitySource _source = new($"load {Guid.NewGuid():n}");
    private readonly TracerProvider _provider;

    public OpenTelemetryContender(SlowBackend backend, int jobs)
    {
        var processor = new BatchActivityExportProcessor(backend, maxQueueSize: QueueSize(jobs), maxExportBatchSize: BatchSize(jobs));
        _provider = Sdk.CreateTracerProviderBuilder().AddSource(_source.Name).AddProcessor(processor).Build();
    }

    public override async ValueTask<Delivery> RunAsync(TimeSpan work)
    {
        ActivityTraceId trace;
        long worked;
        using (Activity job = _source.StartActivity("job")!)
        {
            trace = job.TraceId;
            if (work > TimeSpan.Zero)
                await Task.Delay(work);
            worked = Stopwatch.GetTimestamp();
            Step(_source);
        }

        return new Delivery(trace, _provider.ForceFlush(FlushTimeout), Stopwatch.GetElapsedTime(worked));
    }

    public override Delivery Run()
    {
        ActivityTraceId trace;
        long worked = Stopwatch.GetTimestamp();
        using (Activity job = _source.StartActivity("job")!)
        {
            trace = job.TraceId;
            Step(_source);
        }

        return new Delivery(trace, _provider.ForceFlush(FlushTimeout), Stopwatch.GetElapsedTime(worked));
    }

    public override void Dispose()
    {
        _provider.Dispose();
        _source.Dispose();
    }
}
