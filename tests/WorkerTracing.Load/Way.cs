namespace WorkerTracing.Load;

/// <summary>One way to get a job's spans delivered.</summary>
/// <param name="Name">As in the tables.</param>
/// <param name="Contend">Makes the contender, for a backend and so many jobs at a time.</param>
/// <param name="PoolThreads">How many threads the pool is given at the start, beyond one for each processor.</param>
internal sealed record Way(string Name, Func<SlowBackend, int, Contender> Contend, Func<int, int> PoolThreads)
{
    public static readonly Way WorkerTracing = new(
        "WorkerTracing",
        static (backend, jobs) => new WorkerTracingContender(backend, jobs),
        static _ => 0);

    /// <summary>As a program finds it: the pool grows when it likes.</summary>
    public static readonly Way OpenTelemetry = new(
        "OpenTelemetry",
        static (backend, jobs) => new OpenTelemetryContender(backend, jobs),
        static _ => 0);

    /// <summary>The best that can be made of it: the pool has a thread for each job that it blocks.</summary>
    public static readonly Way OpenTelemetryWithThreads = OpenTelemetry with
    {
        Name
        = "OpenTelemetry, a pool thread for each job",
        PoolThreads = static jobs => jobs
    };

    public static readonly Way[] All = [WorkerTracing, OpenTelemetry, OpenTelemetryWithThreads];
}
