using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// The export threads that have nothing to send. They sleep on the pipeline's lock, each until the time at which it has to look again, and
/// one is woken for a reason that may end its wait. The lock guards it.
/// </summary>
/// <remarks>
/// A thread that begins an export wakes no other, unless something is left that another may have to send: a flush that finds all threads
/// idle then costs the waking of one.
/// </remarks>
internal sealed class IdleExportThreads(FlushCoalescer coalescer, object sync)
{
    /// <summary>How long a thread rests after a failure of its own, so that a lasting one costs no processor time.</summary>
    private static readonly TimeSpan Recovery = TimeSpan.FromMilliseconds(100);

    private int _waiting;
    private int _gathering; // those that hold an export back for a moment
    private bool _isOneWoken; // a thread was woken and has not looked yet: it sees every request until then

    /// <summary>Sleeps until woken, at most for a time. Releases the pipeline's lock meanwhile.</summary>
    /// <param name="time">The most that the thread sleeps.</param>
    /// <param name="isGathering">Whether the thread holds an export back: the end of its sleep is a tick of the coalescer.</param>
    public void Wait(TimeSpan time, bool isGathering)
    {
        Debug.Assert(Monitor.IsEntered(sync));
        _waiting++;
        _gathering += isGathering ? 1 : 0;
        try
        {
            // A monitor counts in whole milliseconds and would take a fraction of one for none.
            if (!Monitor.Wait(sync, (int)Math.Ceiling(time.TotalMilliseconds)) && isGathering)
                coalescer.OnTick();
        }
        finally
        {
            _waiting--;
            _gathering -= isGathering ? 1 : 0;
            _isOneWoken = false;
        }
    }

    /// <summary>An export was asked for. A thread that holds one back decides when it leaves, unless nothing is left to wait for.</summary>
    public void WakeForRequest()
    {
        Debug.Assert(Monitor.IsEntered(sync));
        if (!_isOneWoken && (_gathering == 0 || coalescer.IsGathered))
            Wake();
    }

    /// <summary>Wakes a thread: what it waits for may have changed.</summary>
    public void Wake()
    {
        Debug.Assert(Monitor.IsEntered(sync));
        if (_waiting == 0)
            return; // all are busy, and look before they sleep
        _isOneWoken = true;
        Monitor.Pulse(sync);
    }

    /// <summary>Rests after a failure of the calling thread.</summary>
    public void Rest()
    {
        Debug.Assert(Monitor.IsEntered(sync));
        Monitor.Wait(sync, Recovery);
        _isOneWoken = false; // the pulse may have been this thread's, which looks now
    }
}
