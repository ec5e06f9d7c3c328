using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>
/// A thread that repeats some work at an interval, or at once when it is woken. A thread that cannot be started is tried again later.
/// </summary>
internal sealed class RecorderThread : IDisposable
{
    private static readonly TimeSpan StartInterval = TimeSpan.FromSeconds(1);

    private readonly string _name;
    private readonly TimeSpan _interval;
    private readonly Action _work;
    private readonly ILogger _log;
    private readonly AutoResetEvent _wake = new(false);
    private readonly Timer _retry;
    private volatile bool _isStopped;

    public RecorderThread(string name, TimeSpan interval, Action work, ILogger log)
    {
        _name = name;
        _interval = interval;
        _work = work;
        _log = log;
        _retry = new Timer(static thread => ((RecorderThread)thread!).TryStart(), this, Timeout.Infinite, Timeout.Infinite);
    }

    public void TryStart()
    {
        if (_isStopped)
            return;
        try
        {
            new Thread(Run) { IsBackground = true, Name = _name }.UnsafeStart();
        }
        catch (Exception exception) when (exception is OutOfMemoryException or ThreadStartException)
        {
            _retry.Change(StartInterval, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Makes the thread work now. Does not block.</summary>
    public void Wake() => _wake.Set();

    /// <summary>Lets the thread end after the work that it does now. Does not wait for it.</summary>
    public void Dispose()
    {
        _isStopped = true;
        _retry.Dispose();
        _wake.Set();
    }

    [SuppressMessage("Design", "CA1031", Justification = "The outermost boundary of the thread: whatever fails, the next round follows.")]
    private void Run()
    {
        while (!_isStopped)
        {
            try
            {
                _work();
            }
            catch (Exception exception)
            {
                Log.TracingThrew(_log, _name, exception);
            }

            _wake.WaitOne(_interval);
        }
    }
}
