namespace WorkerTracing.Testing;

/// <summary>A door in an exporter: closed it holds every export, opened it lets them through.</summary>
public sealed class Gate : IDisposable
{
    private readonly ManualResetEventSlim _open = new();
    private int _entered;

    /// <summary>How many have come to the door.</summary>
    public int Entered => Volatile.Read(ref _entered);

    public void Open() => _open.Set();

    public void Close() => _open.Reset();

    /// <summary>Waits at the door. Bounded, so that a failed test does not leave its thread behind.</summary>
    public void Pass()
    {
        Interlocked.Increment(ref _entered);
        if (!_open.Wait(TimeSpan.FromMinutes(1)))
            throw new TimeoutException("The gate was not opened within a minute.");
    }

    public Task EnteredAsync(int count = 1) => Until.TrueAsync(() => Entered >= count, $"{count} exports have come to the gate");

    public void Dispose()
    {
        _open.Set();
        _open.Dispose();
    }
}
