namespace WorkerTracing;

/// <summary>The runs of one job name that ended in one minute.</summary>
internal sealed class MinuteBucket(long minute)
{
    /// <summary>Gets the minute, counted from the Unix epoch.</summary>
    public long Minute { get; } = minute;

    public int Succeeded { get; private set; }

    public int Failed { get; private set; }

    public int Canceled { get; private set; }

    public DurationHistogram Durations { get; } = new();

    public DurationHistogram Waits { get; } = new();

    public int Total => Succeeded + Failed + Canceled;

    public void Add(JobResult result, TimeSpan? wait)
    {
        if (result.IsFailure)
            Failed++;
        else if (result.IsCanceled)
            Canceled++;
        else
            Succeeded++;
        Durations.Add(result.Duration);
        if (wait is { } waited)
            Waits.Add(waited);
    }

    public void Add(MinuteBucket other)
    {
        Succeeded += other.Succeeded;
        Failed += other.Failed;
        Canceled += other.Canceled;
        Durations.Add(other.Durations);
        Waits.Add(other.Waits);
    }
}
