using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// The export threads take turns: one at a time waits for the next export and takes its spans, the others wait for their turn. The
/// waiting thread sleeps on the pipeline's lock and is woken only for a reason that ends its wait.
/// </summary>
internal sealed class ExportTurn(FlushCoalescer coalescer, object sync)
{
    /// <summary>How long a thread rests after a failure of its own, so that a lasting one costs no processor time.</summary>
    private static readonly TimeSpan Recovery = TimeSpan.FromMilliseconds(100);

    private readonly Lock _turn = new();
    private State _state; // written under the pipeline's lock

    /// <summary>What the thread whose turn it is waits for.</summary>
    public enum State
    {
        /// <summary>It does not wait: it takes spans, or all threads are exporting.</summary>
        Busy,

        /// <summary>It waits for spans to be due: any request wakes it.</summary>
        Idle,

        /// <summary>It holds an export back for a moment: the last flush of a burst wakes it.</summary>
        Gathering,

        /// <summary>It waits for the end of a delay after a failure: no request wakes it.</summary>
        Paused,
    }

    /// <summary>Waits for the calling thread's turn, which lasts until the scope is disposed.</summary>
    public Lock.Scope Take() => _turn.EnterScope();

    /// <summary>Sleeps until woken, at most for a time. Releases the pipeline's lock meanwhile.</summary>
    public void Wait(TimeSpan time, State state)
    {
        Debug.Assert(Monitor.IsEntered(sync));
        _state = state;
        try
        {
            // A monitor counts in whole milliseconds and would take a fraction of one for none.
            if (!Monitor.Wait(sync, (int)Math.Ceiling(time.TotalMilliseconds)))
                coalescer.OnTick();
        }
        finally
        {
            _state = State.Busy;
        }
    }

    /// <summary>An export was asked for.</summary>
    public void WakeForRequest()
    {
        Debug.Assert(Monitor.IsEntered(sync));
        if (_state == State.Idle || (_state == State.Gathering && coalescer.IsComplete))
            Monitor.Pulse(sync);
    }

    /// <summary>An export has ended, or the pipeline closes.</summary>
    public void Wake()
    {
        Debug.Assert(Monitor.IsEntered(sync));
        Monitor.Pulse(sync);
    }

    /// <summary>Rests after a failure of the calling thread.</summary>
    public void Rest()
    {
        Debug.Assert(Monitor.IsEntered(sync));
        Monitor.Wait(sync, Recovery);
    }
}
