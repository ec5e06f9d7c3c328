using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// Spans that failed alone, each of which waits for an export of its own. The pipeline's lock guards it.
/// </summary>
internal sealed class IsolatedSpans(TimeProvider time)
{
    private readonly List<IsolatedSpan> _spans = [];

    /// <summary>May be read without the lock, as a hint.</summary>
    public int Count => _spans.Count;

    public long FirstPosition
    {
        get
        {
            long first = long.MaxValue;
            foreach (IsolatedSpan span in _spans)
                first = Math.Min(first, span.Position);
            return first;
        }
    }

    /// <summary>Gets the lowest position of a span that a flush may wait for.</summary>
    public long FirstMovingPosition
    {
        get
        {
            long first = long.MaxValue;
            foreach (IsolatedSpan span in _spans)
                first = span.IsPostponed ? first : Math.Min(first, span.Position);
            return first;
        }
    }

    /// <summary>Gets whether a span waits for nothing else to be left.</summary>
    public bool HasWaiting => _spans.Exists(static span => span.RetryAt is null);

    /// <summary>Returns how long until a span is due whatever else there is to send. Infinite: none has a time.</summary>
    public TimeSpan UntilDue()
    {
        TimeSpan least = Timeout.InfiniteTimeSpan;
        long now = time.GetTimestamp();
        foreach (IsolatedSpan span in _spans)
        {
            if (span.RetryAt is not { } at)
                continue;
            TimeSpan left = at <= now ? TimeSpan.Zero : time.GetElapsedTime(now, at);
            least = least == Timeout.InfiniteTimeSpan || left < least ? left : least;
        }

        return least;
    }

    /// <summary>Takes a span whose time has come.</summary>
    public IsolatedSpan? TakeDue()
    {
        long now = time.GetTimestamp();
        return Take(_spans.FindIndex(span => span.RetryAt <= now));
    }

    /// <summary>Takes a span that waits for nothing else to be left.</summary>
    public IsolatedSpan? TakeWaiting() => Take(_spans.FindIndex(static span => span.RetryAt is null));

    /// <summary>Adds a span that failed alone.</summary>
    /// <param name="span">The span.</param>
    /// <param name="isAtFault">Whether the exporter delivered others meanwhile, so that the span must be at fault.</param>
    /// <returns>False where it has failed too often: it is lost.</returns>
    public bool TryAdd(IsolatedSpan span, bool isAtFault)
    {
        if (!isAtFault)
        {
            _spans.Add(span with { RetryAt = null });
            return true;
        }

        if (IsolatedRetry.After(span.Failures, time) is not { } retryAt)
            return false;
        IsolatedSpan postponed = span with { Failures = span.Failures + 1, RetryAt = retryAt };
        _spans.Add(postponed);
        CountPostponed(postponed, 1);
        return true;
    }

    /// <summary>The exporter delivers again: spans that waited for that are due.</summary>
    public void OnDelivered()
    {
        long now = time.GetTimestamp();
        for (int i = 0; i < _spans.Count; i++)
        {
            if (_spans[i].RetryAt is null)
                Replace(i, now);
        }
    }

    /// <summary>Before a shutdown: every span has its one attempt, after all others.</summary>
    public void PutLast()
    {
        for (int i = 0; i < _spans.Count; i++)
            Replace(i, null);
    }

    public bool Contains(Activity span) => _spans.Exists(isolated => ReferenceEquals(isolated.Span, span));

    /// <summary>Removes everything.</summary>
    public DeferredSpan[] Clear()
    {
        DeferredSpan[] left =
            [.. _spans.Select(static span => new DeferredSpan(span.Span, span.Delivery, span.Position, span.Record, Group: 1))];
        foreach (IsolatedSpan span in _spans)
            CountPostponed(span, -1);
        _spans.Clear();
        return left;
    }

    private void Replace(int index, long? retryAt)
    {
        IsolatedSpan changed = _spans[index] with { RetryAt = retryAt };
        CountPostponed(_spans[index], -1);
        CountPostponed(changed, 1);
        _spans[index] = changed;
    }

    private IsolatedSpan? Take(int index)
    {
        if (index < 0)
            return null;
        IsolatedSpan span = _spans[index];
        _spans.RemoveAt(index);
        CountPostponed(span, -1);
        return span;
    }

    private static void CountPostponed(IsolatedSpan span, int change)
    {
        if (span is { IsPostponed: true, Delivery: { } delivery })
            delivery.Postponed += change;
    }
}
