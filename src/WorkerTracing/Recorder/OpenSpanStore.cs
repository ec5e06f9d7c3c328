using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// The tables of open spans of this process. Any thread adds; the recorder's thread makes another table before the last one is full.
/// </summary>
internal sealed class OpenSpanStore
{
    /// <summary>Bounds the open spans of a process to about 30,000 of usual size. Further ones are not recorded.</summary>
    private const int MaxTables = 16;

    private OpenSpanTable[] _tables = []; // replaced by the recorder's thread

    /// <summary>Gets whether open spans are recorded.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>Gets whether another table is to be made.</summary>
    public bool NeedsTable =>
        IsEnabled && _tables is var tables && (tables.Length == 0 || (tables.Length < MaxTables && tables[^1].IsHalfFull));

    /// <summary>Adds the record of an open span.</summary>
    /// <returns>Null if there is no room.</returns>
    public OpenSpan? TryAdd(Activity span, RecordBuffer buffer, in RecordHeader header)
    {
        OpenSpanTable[] tables = Volatile.Read(ref _tables);
        if (tables.Length == 0)
            return null;
        Span<byte> record = buffer.Record;
        RecordFormat.WriteHeader(record, header, RecordState.Queued);
        for (int i = tables.Length - 1; i >= 0; i--)
        {
            if (tables[i].TryAdd(record, out int offset))
                return new OpenSpan(span, tables[i], offset, record.Length);
        }

        return null;
    }

    public void AddTable(MappedFile file) => Volatile.Write(ref _tables, [.. _tables, new OpenSpanTable(file)]);

    /// <summary>Writes that the process is alive, and keeps the pages writable.</summary>
    public void Beat(DateTime now)
    {
        foreach (OpenSpanTable table in _tables)
        {
            table.WriteHeartbeat(now);
            table.Touch();
        }
    }

    /// <summary>Gives up the tables: those of a deleted directory. The first table of the next directory takes over their records.</summary>
    public void Clear() => Volatile.Write(ref _tables, []);

    /// <summary>Moves the records of other tables into the last one.</summary>
    public void Take(IEnumerable<OpenSpan> spans)
    {
        if (_tables is not [.., { } last])
            return;
        foreach (OpenSpan span in spans)
            span.Move(last);
    }

    /// <summary>Deletes the tables without records.</summary>
    /// <returns>True if none is left.</returns>
    public bool Close()
    {
        OpenSpanTable[] left = [.. _tables.Where(static table => !table.TryDelete())];
        Volatile.Write(ref _tables, []);
        return left.Length == 0;
    }
}
