using System.Collections.Concurrent;
using System.Diagnostics;

namespace WorkerTracing.MassTransit.Tests;

/// <summary>Sees every span of a source that ends in the process, recorded or not.</summary>
internal sealed class EndedSpans : IDisposable
{
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    public EndedSpans(string source)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = candidate => candidate.Name == source,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public IEnumerable<Activity> Named(string name) => _ended.Where(span => span.DisplayName == name);

    public void Dispose() => _listener.Dispose();
}
