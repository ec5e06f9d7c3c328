namespace WorkerTracing;

/// <summary>
/// Walks through the records of a file. What is torn or damaged is skipped: the walk goes on at the next place, in steps of 8 bytes, that
/// holds a header with the right checksum.
/// </summary>
internal ref struct RecordScan
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly ulong _salt;

    /// <param name="bytes">The file, up to the end of its records.</param>
    /// <param name="salt">The salt of the use of the file: records of an earlier use are skipped.</param>
    /// <param name="from">Where to begin: the place of a record.</param>
    public RecordScan(ReadOnlySpan<byte> bytes, ulong salt, int from)
    {
        _bytes = bytes;
        _salt = salt;
        Next = from;
    }

    /// <summary>Gets where in the file the record is.</summary>
    public int Offset { get; private set; }

    /// <summary>Gets where the record behind this one may begin.</summary>
    public int Next { get; private set; }

    /// <summary>Gets the header, which is whole, and the content, which may be damaged: see <see cref="RecordFormat.IsValid"/>.</summary>
    public ReadOnlySpan<byte> Record { get; private set; }

    public bool MoveNext()
    {
        for (int place = Next; place <= _bytes.Length - RecordFormat.HeaderSize; place += RecordFormat.Alignment)
        {
            int length = RecordFormat.ContentLength(_bytes[place..], _salt);
            if (length < 0)
                continue;
            ReadOnlySpan<byte> record = _bytes.Slice(place, RecordFormat.HeaderSize + length);
            if (!RecordFormat.HasValidHeader(record, place))
                continue;
            Record = record;
            Offset = place;
            Next = place + RecordFormat.SizeOf(length);
            return true;
        }

        Next = Math.Max(Next, _bytes.Length);
        return false;
    }
}
