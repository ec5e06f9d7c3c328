using System.Collections.Concurrent;
using System.Diagnostics;
using OpenTelemetry;

namespace WorkerTracing.Quartz.Tests;

/// <summary>Keeps every recorded span that ends, at once.</summary>
internal sealed class SpanRecorder : BaseProcessor<Activity>
{
    private readonly ConcurrentQueue<Activity> _ended = new();

    public IReadOnlyList<Activity> Ended => [.. _ended];

    public override void OnEnd(Activity data)
    {
        if (data.Recorded)
            _ended.Enqueue(data);
    }
}
