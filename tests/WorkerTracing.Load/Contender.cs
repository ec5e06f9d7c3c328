using System.Diagnostics;

namespace WorkerTracing.Load;

/// <summary>One way to run a job of six spans and to wait until they are delivered.</summary>
internal abstract class Contender(string name) : IDisposable
{
    public const int SpansPerJob = 6;

    protected const int QueueSize = 32_768;

    public string Name { get; } = name;

    /// <summary>How many threads of the pool the way blocks while it waits.</summary>
    public virtual int BlockedThreads(int jobs) => 0;

    /// <summary>Runs a job that does its work and then ends.</summary>
    /// <param name="work">How long it works without using a processor.</param>
    /// <returns>Its trace, and whether the way said that everything was delivered.</returns>
    public abstract ValueTask<Delivery> RunAsync(TimeSpan work);

    /// <summary>As <see cref="RunAsync"/>, without work, blocking the calling thread.</summary>
    public abstract Delivery Run();

    public abstract void Dispose();

    protected static void Step(ActivitySource source)
    {
        for (int i = 1; i < SpansPerJob; i++)
            source.StartActivity("step")?.Dispose();
    }
}
