using System.Collections.Concurrent;
using Hangfire;

namespace WorkerTracing.Hangfire.Tests;

/// <summary>The jobs of these tests: each runs what its test has put under a key.</summary>
public static class Work
{
    private static readonly ConcurrentDictionary<string, Func<IJobCancellationToken, Task>> Bodies = new();

    public static string Does(Action body) => Does(_ =>
    {
        body();
        return Task.CompletedTask;
    });

    public static string Does(Func<IJobCancellationToken, Task> body)
    {
        string key = Guid.NewGuid().ToString("n");
        Bodies[key] = body;
        return key;
    }

    public static void Nothing()
    {
    }

    public static void Run(string key) => Bodies[key](JobCancellationToken.Null).GetAwaiter().GetResult();

    public static Task RunAsync(string key, IJobCancellationToken token) => Bodies[key](token);

    [Queue("attributed")]
    public static void RunInQueue(string key) => Run(key);

    public static void Generic<T>(T value) => _ = value;

    [AutomaticRetry(Attempts = 1, DelaysInSeconds = [0])]
    public static void Fail() => throw new InvalidOperationException("always");

    [FlushTrace(FlushMode.Wait)]
    public static void RunAndFlush(string key) => Run(key);
}
