namespace WorkerTracing.Hangfire.Tests;

/// <summary>Counts the statements that a storage executes on the calling thread while the filter runs there.</summary>
internal sealed class StatementCounter
{
    [ThreadStatic]
    private static StatementCounter? _current;

    private int _creating;
    private int _attempts;

    [field: ThreadStatic]
    private static bool Creating { get; set; }

    /// <summary>Gets the statements that the filter added to the creation of jobs.</summary>
    public int WhenCreating => Volatile.Read(ref _creating);

    /// <summary>Gets the statements that the filter added to attempts and changes of state.</summary>
    public int WhenPerforming => Volatile.Read(ref _attempts);

    /// <summary>Returns true if the filter runs on the calling thread.</summary>
    public static bool IsCounting => _current is not null;

    public static void Add()
    {
        if (_current is not { } counter)
            return;
        if (Creating)
            Interlocked.Increment(ref counter._creating);
        else
            Interlocked.Increment(ref counter._attempts);
    }

    public void Count(bool creating, Action filter)
    {
        (_current, Creating) = (this, creating);
        try
        {
            filter();
        }
        finally
        {
            _current = null;
        }
    }
}
