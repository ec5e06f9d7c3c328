namespace WorkerTracing.Testing;

/// <summary>Waits for a condition, with a bound that throws. A wait never decides a test: what it waited for does.</summary>
public static class Until
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    public static Task TrueAsync(Func<bool> condition, string what) => TrueAsync(() => Task.FromResult(condition()), what);

    /// <summary>Waits for a condition that takes a wait to evaluate.</summary>
    public static async Task TrueAsync(Func<Task<bool>> condition, string what)
    {
        using var bound = new CancellationTokenSource(Bound);
        while (!await condition())
        {
            if (bound.IsCancellationRequested)
                throw new TimeoutException($"Within {Bound.TotalSeconds} s it did not come true that {what}.");
            await Task.Delay(1, CancellationToken.None);
        }
    }

    public static void True(Func<bool> condition, string what)
    {
        if (!SpinWait.SpinUntil(condition, Bound))
            throw new TimeoutException($"Within {Bound.TotalSeconds} s it did not come true that {what}.");
    }

    /// <summary>Awaits a task for the bound at the longest.</summary>
    public static async Task<T> DoneAsync<T>(Task<T> task, string what)
    {
        try
        {
            return await task.WaitAsync(Bound);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Within {Bound.TotalSeconds} s this did not end: {what}.");
        }
    }

    /// <summary>Awaits a task for the bound at the longest.</summary>
    public static async Task DoneAsync(Task task, string what)
    {
        try
        {
            await task.WaitAsync(Bound);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Within {Bound.TotalSeconds} s this did not end: {what}.");
        }
    }
}
