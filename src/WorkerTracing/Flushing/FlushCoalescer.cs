namespace WorkerTracing;

/// <summary>
/// Decides when an export that somebody waits for leaves. Jobs that run side by side and wait for delivery move in step: the end of one
/// export frees them together,
/// and together they come back. An export that left with the first of them would make all others wait for two round trips. So when
/// the jobs that the export before last freed came back as a burst, the next export waits for those that the last one freed.
/// </summary>
/// <remarks>
/// It waits for a condition, not for a time: it leaves when as many have come as were freed, when none has come for a tick, or when a
/// quarter of the
/// last export's duration is over. A lone flush frees nobody else and never waits. With several exports in flight, one that leaves keeps a
/// distance to the one before, which grows
/// with their number up to an even share of a round trip: with most of them free a burst need not wait, and with few they would all leave
/// at once and the next flush would find none.
/// Not thread-safe: the pipeline's lock guards it.
/// </remarks>
internal sealed class FlushCoalescer(int concurrency, TimeProvider time)
{
    /// <summary>Fewer jobs than this coming back together are chance.</summary>
    private const int SmallestBurst = 3;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    private bool _burst;
    private int _freed;
    private int _arrived;
    private int _arrivedAtTick;
    private long _freedAt;
    private long _lastStart;
    private bool _quiet = true;
    private bool _left = true;
    private TimeSpan _window;
    private TimeSpan _roundTrip;

    /// <summary>Whether the jobs that the last export freed are all back, so that nothing is left to wait for.</summary>
    public bool IsComplete => !_burst || _quiet || _arrived >= _freed;

    /// <summary>
    /// A flush was asked for. It counts as one of those that the last export freed while the next has not left: the whole process may have
    /// paused for longer than the window.
    /// </summary>
    public void OnFlushRequested()
    {
        if (!_left || time.GetElapsedTime(_freedAt) <= _window)
            _arrived++;
    }

    /// <summary>An export ended after <paramref name="duration"/> and freed so many waiting flushes.</summary>
    public void OnExportCompleted(int flushes, TimeSpan duration)
    {
        _roundTrip = duration;
        if (flushes == 0)
            return;
        if (_freed >= SmallestBurst)
            _burst = _arrived * 4 >= _freed * 3;
        _freed = flushes;
        _arrived = _arrivedAtTick = 0;
        _quiet = _left = false;
        _freedAt = time.GetTimestamp();
        _window = duration / 4 > Tick ? duration / 4 : Tick;
    }

    /// <summary>An export leaves.</summary>
    public void OnExportStarted()
    {
        _lastStart = time.GetTimestamp();
        _quiet = _left = true;
    }

    /// <summary>How long an export that somebody waits for is still to be held back. Zero: it leaves now.</summary>
    /// <param name="inFlight">How many exports are in flight.</param>
    public TimeSpan Delay(int inFlight)
    {
        if (inFlight > 0 && concurrency > 1)
        {
            TimeSpan early = _roundTrip / concurrency * inFlight / (concurrency - 1) - time.GetElapsedTime(_lastStart);
            if (early > TimeSpan.Zero)
                return early;
        }

        if (IsComplete || time.GetElapsedTime(_freedAt) >= _window)
            return TimeSpan.Zero;
        return Tick;
    }

    /// <summary>A tick went by while an export was held back: a tick without an arrival ends the wait.</summary>
    public void OnTick()
    {
        _quiet = _arrived == _arrivedAtTick;
        _arrivedAtTick = _arrived;
    }
}
