using System.Diagnostics;

namespace WorkerTracing.Tests;

/// <summary>A source of ended spans that are recorded and not exported by anything.</summary>
internal sealed class SpanSource : IDisposable
{
    private readonly ActivitySource _source = new($"spans {Guid.NewGuid():n}");
    private readonly ActivityListener _listener;

    public SpanSource()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => ReferenceEquals(source, _source),
            Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public Activity[] Spans(int count) => [.. Enumerable.Range(0, count).Select(i => Span($"span {i}"))];

    /// <summary>Makes a span, with a text of some length.</summary>
    public Activity Span(string name, int size = 0)
    {
        Activity.Current = null;
        Activity span = _source.StartActivity(name)!;
        if (size > 0)
            span.SetTag("text", new string('x', size));
        span.Stop();
        return span;
    }

    public void Dispose()
    {
        _listener.Dispose();
        _source.Dispose();
    }
}
