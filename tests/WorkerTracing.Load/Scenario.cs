namespace WorkerTracing.Load;

/// <summary>What the jobs do, and on what.</summary>
internal sealed record Scenario(string Name, string What, int[] Jobs, int[] InFlight, bool OnThreads, bool WithPeer)
{
    public static readonly Scenario[] All =
    [
        new("together", "async jobs without work, side by side", [1, 10, 50, 200, 1000], [1], OnThreads: false, WithPeer: true),
        new("threads", "jobs without work, each on a thread of its own", [200], [1], OnThreads: true, WithPeer: true),
        new("staggered", "async jobs of 5 to 35 ms of work", [10, 50], [1, 4], OnThreads: false, WithPeer: false),
    ];

    /// <summary>How long a job works.</summary>
    public TimeSpan Work(Random random) => Name == "staggered" ? TimeSpan.FromMilliseconds(random.Next(5, 36)) : TimeSpan.Zero;
}
