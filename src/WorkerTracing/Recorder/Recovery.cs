using System.Diagnostics;

namespace WorkerTracing;

/// <summary>What was found in the files of a process that has ended.</summary>
internal sealed class Recovery
{
    private readonly HashSet<(int Exporter, ActivitySpanId Span)> _open = [];

    /// <summary>Gets the number of records that are to be sent.</summary>
    public int Unqueued { get; set; }

    /// <summary>Gets the number of records whose content was damaged.</summary>
    public int Damaged { get; set; }

    /// <summary>Gets when the process was last known to be alive: its heartbeat, or a later record.</summary>
    public DateTime LastAlive { get; private set; }

    /// <summary>Adds the record of an ended span.</summary>
    public void AddRecord(in RecordHeader header)
    {
        _open.Remove((header.Exporter, header.SpanId));
        SeeAlive(header.Time);
    }

    public void SeeAlive(DateTime time)
    {
        if (time > LastAlive)
            LastAlive = time;
    }

    /// <summary>Adds the record of an open span.</summary>
    public void AddOpenSpan(in RecordHeader header) => _open.Add((header.Exporter, header.SpanId));

    /// <summary>Returns true if the span has no other record: with one, it has ended, and was only not removed from the table yet.</summary>
    public bool IsOpen(in RecordHeader header) => _open.Contains((header.Exporter, header.SpanId));
}
