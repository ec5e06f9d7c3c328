using System.Diagnostics;
using OpenTelemetry;

namespace WorkerTracing.Faults;

/// <summary>An exporter that does in each of its calls what the test says.</summary>
internal sealed class HostileExporter : BaseExporter<Activity>
{
    private int _calls;

    public Func<ExportResult> OnExport { get; set; } = static () => ExportResult.Success;

    public Func<bool> OnFlush { get; set; } = static () => true;

    public Func<bool> OnEnd { get; set; } = static () => true;

    public Action OnDispose { get; set; } = static () => { };

    public int Calls => Volatile.Read(ref _calls);

    public override ExportResult Export(in Batch<Activity> batch)
    {
        Interlocked.Increment(ref _calls);
        return OnExport();
    }

    protected override bool OnForceFlush(int timeoutMilliseconds) => OnFlush();

    protected override bool OnShutdown(int timeoutMilliseconds) => OnEnd();

    protected override void Dispose(bool disposing)
    {
        OnDispose();
        base.Dispose(disposing);
    }
}
