using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace WorkerTracing.Benchmarks;

/// <summary>A processor and its exporter, and the least that a round of spans has cost in this process.</summary>
internal sealed class OtlpCostSide(BaseProcessor<Activity> processor) : IDisposable
{
    private const int FlushTimeout = 30_000;

    private readonly TracerProvider _provider = Sdk.CreateTracerProviderBuilder().AddProcessor(processor).Build();

    public double Microseconds { get; private set; } = double.MaxValue;

    public double Bytes { get; private set; } = double.MaxValue;

    /// <summary>Ends spans and waits for their acknowledgement, again and again.</summary>
    public void Run(Activity[] spans, int total, int spansPerFlush, bool counts)
    {
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        TimeSpan started = Environment.CpuUsage.TotalTime;
        int next = 0;
        for (int ended = 0; ended < total; ended += spansPerFlush)
        {
            for (int i = 0; i < spansPerFlush; i++)
                processor.OnEnd(spans[next++ % spans.Length]);
            if (!processor.ForceFlush(FlushTimeout))
                throw new InvalidOperationException($"{processor.GetType().Name} has not delivered.");
        }

        TimeSpan time = Environment.CpuUsage.TotalTime - started;
        if (!counts)
            return;
        Microseconds = Math.Min(Microseconds, time.TotalMicroseconds / total);
        Bytes = Math.Min(Bytes, (GC.GetTotalAllocatedBytes(precise: true) - allocated) / (double)total);
    }

    public void Dispose() => _provider.Dispose();
}
