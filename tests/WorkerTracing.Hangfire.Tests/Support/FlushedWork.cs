namespace WorkerTracing.Hangfire.Tests;

/// <summary>A job whose class asks for the flush.</summary>
[FlushTrace(FlushMode.Wait)]
public static class FlushedWork
{
    public static void Run(string key) => Work.Run(key);
}
