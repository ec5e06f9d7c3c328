namespace WorkerTracing;

/// <summary>
/// Tells the age of records on a machine whose clock may jump. A record is as old as the younger of two clocks says: the one of the system,
/// and one that has run from the start of the recorder without a jump.
/// </summary>
internal sealed class RecorderClock(TimeProvider time)
{
    private readonly DateTimeOffset _startTime = time.GetUtcNow();
    private readonly long _start = time.GetTimestamp();

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Gets the time since the recorder has started.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_start);

    public TimeSpan AgeOf(DateTime recorded)
    {
        TimeSpan bySystem = Now.UtcDateTime - recorded;
        TimeSpan steady = _startTime.UtcDateTime - recorded + Elapsed;
        return bySystem < steady ? bySystem : steady;
    }
}
