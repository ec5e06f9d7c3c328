using System.Diagnostics;
using System.Runtime.InteropServices;

namespace WorkerTracing;

/// <summary>The record of an open span. Does not keep the span in memory.</summary>
internal sealed class OpenSpan(Activity span, OpenSpanTable table, int offset, int length)
{
    private readonly Lock _sync = new();
    // Freed with the record. A WeakReference would be left to its finalizer: thousands a second, where jobs make many calls.
    private WeakGCHandle<Activity> _span = new(span); // read and freed under _sync
    private OpenSpanTable? _table = table; // written under _sync; null once removed
    private int _offset = offset; // written under _sync

    public ActivitySource Source { get; } = span.Source;

    /// <summary>Gets or sets whether the span was seen to have ended. Written by the recorder's thread.</summary>
    public bool HasEnded { get; set; }

    /// <summary>Gets whether the span can still end: it has not, and it is in memory.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_sync)
                return _table is not null && _span.TryGetTarget(out Activity? open) && !open.IsStopped;
        }
    }

    public void Remove()
    {
        lock (_sync)
        {
            if (_table is null)
                return;
            _table.Remove(_offset, length);
            _table = null;
            _span.Dispose();
        }
    }

    /// <summary>Moves the record to another table.</summary>
    public void Move(OpenSpanTable to)
    {
        lock (_sync)
        {
            if (_table is null || _table == to)
                return;
            byte[] record = new byte[length];
            _table.CopyTo(_offset, record);
            if (!to.TryAdd(record, out int moved))
                return;
            _table.Remove(_offset, length);
            _table = to;
            _offset = moved;
        }
    }
}
