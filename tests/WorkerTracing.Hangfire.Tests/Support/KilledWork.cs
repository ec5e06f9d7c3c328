namespace WorkerTracing.Hangfire.Tests;

/// <summary>The job of a <see cref="WorkerProcess"/>. It ends only in a process that is told so.</summary>
public static class KilledWork
{
    /// <summary>Gets or sets whether the job ends.</summary>
    internal static bool Ends { get; set; }

    public static void Run()
    {
        Console.WriteLine($"running {JobTrace.Current!.Activity!.SpanId}");
        if (!Ends)
            Thread.Sleep(Timeout.Infinite);
    }
}
