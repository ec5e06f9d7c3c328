namespace WorkerTracing;

/// <summary>
/// Decides when an export that a flush waits for leaves. Jobs that run side by side and wait for delivery move in step: the end of one
/// export frees them together, and they return together. An export that left with the first of them would make all others wait for two
/// round trips. So when the jobs that the export before last freed came back as a burst, the next export waits for those that the last
/// one freed.
/// </summary>
/// <remarks>
/// It waits for a condition, not for a time: the export leaves when as many flushes have arrived as were freed, when none has arrived for
/// a tick, or when a quarter of the last export's duration is over. A lone flush never waits. With several exports in flight, an export
/// keeps a distance to the one before, which grows with their number up to an even share of a round trip: with most of them free a burst
/// need not wait, and with few they would all leave at once and the next flush would find none. The pipeline's lock guards it.
/// </remarks>
internal sealed class FlushCoalescer(int concurrency, TimeProvider time)
{
    /// <summary>Fewer flushes than this arrive together by chance.</summary>
    private const int SmallestBurst = 3;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    /// <summary>Bounds the distance between two exports: one slow export must not delay the flushes after it.</summary>
    private static readonly TimeSpan LongestDistance = TimeSpan.FromMilliseconds(100);

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

    /// <summary>Gets whether an export was held back for the jobs that the last one freed, and all of them are back.</summary>
    public bool IsGathered => _burst && (_quiet || _arrived >= _freed);

    /// <summary>
    /// A flush was asked for. Until the next export leaves it counts as one of those that the last export freed: the whole process may
    /// have paused for longer than the window.
    /// </summary>
    public void OnFlushRequested()
    {
        if (!_left || time.GetElapsedTime(_freedAt) <= _window)
            _arrived++;
    }

    /// <summary>An export ended after <paramref name="duration"/> and answered <paramref name="flushes"/> that waited.</summary>
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

    /// <summary>An export begins.</summary>
    public void OnExportStarted()
    {
        _lastStart = time.GetTimestamp();
        _quiet = _left = true;
    }

    /// <summary>Returns how long an export that a flush waits for is still held back. Zero: it leaves now.</summary>
    /// <param name="inFlight">The number of exports in flight.</param>
    public TimeSpan Delay(int inFlight)
    {
        if (inFlight > 0 && concurrency > 1)
        {
            TimeSpan distance = _roundTrip / concurrency * inFlight / (concurrency - 1);
            TimeSpan early = (distance < LongestDistance ? distance : LongestDistance) - time.GetElapsedTime(_lastStart);
            if (early > TimeSpan.Zero)
                return early;
        }

        if (!_burst || IsGathered || time.GetElapsedTime(_freedAt) >= _window)
            return TimeSpan.Zero;
        return Tick;
    }

    /// <summary>A tick has passed while an export was held back. A tick without an arrival ends the wait.</summary>
    public void OnTick()
    {
        _quiet = _arrived == _arrivedAtTick;
        _arrivedAtTick = _arrived;
    }
}
