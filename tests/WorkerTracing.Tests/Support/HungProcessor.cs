using System.Diagnostics;
using OpenTelemetry;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

/// <summary>A foreign processor whose flush comes back when its gate is opened.</summary>
internal sealed class HungProcessor : BaseProcessor<Activity>
{
    public Gate Gate { get; } = new();

    protected override bool OnForceFlush(int timeoutMilliseconds)
    {
        Gate.Pass();
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        Gate.Dispose();
        base.Dispose(disposing);
    }
}
