using System.Diagnostics;
using OpenTelemetry;

namespace WorkerTracing.Benchmarks;

/// <summary>A backend that takes a batch and does not answer until it is let go.</summary>
internal sealed class HungExporter : BaseExporter<Activity>
{
    private readonly ManualResetEventSlim _released = new();
    private readonly ManualResetEventSlim _hangs = new();

    public override ExportResult Export(in Batch<Activity> batch)
    {
        _hangs.Set();
        _released.Wait();
        return ExportResult.Success;
    }

    public void WaitUntilItHangs() => _hangs.Wait();

    public void Release() => _released.Set();
}
