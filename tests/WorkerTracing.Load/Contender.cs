using System.Diagnostics;
using System.Numerics;

namespace WorkerTracing.Load;

/// <summary>One way to run a job of six spans and to wait until they are delivered.</summary>
internal abstract class Contender : IDisposable
{
    public const int SpansPerJob = 6;

    /// <summary>Runs a job that does its work and then ends.</summary>
    /// <param name="work">How long it works without using a processor.</param>
    /// <returns>Its trace, and whether the way said that everything was delivered.</returns>
    public abstract ValueTask<Delivery> RunAsync(TimeSpan work);

    /// <summary>As <see cref="RunAsync"/>, without work, blocking the calling thread.</summary>
    public abstract Delivery Run();

    public abstract void Dispose();

    /// <summary>The default, and more where all jobs' spans would not fit into one batch.</summary>
    protected static int BatchSize(int jobs) => Math.Max(2048, (int)BitOperations.RoundUpToPowerOf2((uint)(jobs * SpansPerJob)));

    protected static int QueueSize(int jobs) => 4 * BatchSize(jobs);

    protected static void Step(ActivitySource source)
    {
        for (int i = 1; i < SpansPerJob; i++)
            source.StartActivity("step")?.Dispose();
    }
}
