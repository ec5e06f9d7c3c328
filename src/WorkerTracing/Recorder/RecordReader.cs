namespace WorkerTracing;

/// <summary>Reads back the records that no queue holds, and keeps track of the states of all.</summary>
internal sealed class RecordReader(RecordSegments segments, RecorderCounts counts, RecorderClock clock, TimeSpan maxAge)
{
    /// <summary>Changes a record to done.</summary>
    /// <param name="handle">The record.</param>
    /// <param name="exporter">The exporter of the record.</param>
    /// <returns>True if it was the last one of its segment.</returns>
    public bool MarkDone(RecordHandle handle, RecordedExporter exporter)
    {
        if (!handle.IsRecorded || !segments.TryFind(handle, out RecordSegment segment, out int offset))
            return false;
        if (!segment.TryChange(offset, RecordState.Queued, RecordState.Done))
        {
            if (!segment.TryChange(offset, RecordState.Unqueued, RecordState.Done))
                return false;
            segment.AddUnqueued(segment.IndexOf(exporter), -1);
            exporter.AddUnqueued(-1);
        }

        return segment.CountDone() == 0;
    }

    /// <summary>Changes a record that a queue has refused: <see cref="Take"/> returns it.</summary>
    public void MarkUnqueued(RecordHandle handle, RecordedExporter exporter)
    {
        if (!handle.IsRecorded
            || !segments.TryFind(handle, out RecordSegment segment, out int offset)
            || !segment.TryChange(offset, RecordState.Queued, RecordState.Unqueued))
            return;
        int index = segment.IndexOf(exporter);
        segment.MoveCursorBack(index, offset);
        segment.AddUnqueued(index, 1);
        exporter.AddUnqueued(1);
    }

    /// <summary>Takes the oldest records that no queue holds. Drops those that are too old.</summary>
    public void Take(RecordedExporter exporter, List<TakenRecord> into, int count, int bytes)
    {
        if (exporter.Unqueued == 0)
            return;
        var request = new TakeRequest(exporter, into, count, bytes);
        lock (segments.Sync)
        {
            foreach (RecordSegment segment in segments.Ordered)
            {
                int index = segment.IndexOf(exporter);
                if (index >= 0 && segment.HasUnqueued(index) && !TakeFrom(segment, index, request))
                    return;
            }
        }
    }

    /// <returns>False where the request is full.</returns>
    private bool TakeFrom(RecordSegment segment, int index, TakeRequest request)
    {
        int place = segment.TakeCursor(index);
        try
        {
            var scan = new RecordScan(segment.Read(), segment.Salt, place);
            while (scan.MoveNext())
            {
                ReadOnlySpan<byte> record = scan.Record;
                if (RecordFormat.Kind(record) == RecordKind.Span
                    && RecordFormat.Exporter(record) == index
                    && RecordFormat.State(record) == RecordState.Unqueued)
                {
                    if (!request.HasRoom(record.Length - RecordFormat.HeaderSize))
                        return false;
                    TakeRecord(segment, index, scan.Offset, record, request);
                }

                place = scan.Next;
            }

            return true;
        }
        finally
        {
            segment.MoveCursorBack(index, place);
            segment.Unload();
        }
    }

    private void TakeRecord(RecordSegment segment, int index, int offset, ReadOnlySpan<byte> record, TakeRequest request)
    {
        if (!segment.TryChange(offset, RecordState.Unqueued, RecordState.Queued))
            return;
        segment.AddUnqueued(index, -1);
        request.Exporter.AddUnqueued(-1);
        if (clock.AgeOf(RecordFormat.Time(record)) > maxAge)
            counts.AddExpired(1);
        else if (!RecordFormat.IsValid(record, offset))
            counts.AddDamaged(1);
        else
        {
            request.Add(RecordSegments.HandleOf(segment, offset), record, segment.ResourceOf(request.Exporter));
            return;
        }

        if (segment.TryChange(offset, RecordState.Queued, RecordState.Done))
            segment.CountDone();
    }
}
