namespace WorkerTracing;

/// <summary>Reads back the records that no queue holds, and keeps track of the states of all.</summary>
internal sealed class RecordReader(RecordSegments segments, RecorderCounts counts, RecorderClock clock, TimeSpan maxAge)
{
    /// <summary>Changes a record to done.</summary>
    /// <param name="handle">The record.</param>
    /// <param name="exporter">The exporter of the record.</param>
    /// <param name="isTaken">Whether <see cref="Take"/> has returned it.</param>
    /// <returns>True if it was the last one of its segment.</returns>
    public bool MarkDone(RecordHandle handle, RecordedExporter exporter, bool isTaken)
    {
        if (!handle.IsRecorded || !segments.TryFind(handle, out RecordSegment segment, out int offset))
            return false;
        if (!segment.TryChange(offset, RecordState.Queued, RecordState.Done))
        {
            if (!segment.TryChange(offset, RecordState.Unqueued, RecordState.Done))
                return false;
            segment.AddUnqueued(segment.IndexOf(exporter), -1);
            exporter.AddUnqueued(-1);
            exporter.AddLeft(-1);
        }
        else if (isTaken)
        {
            exporter.AddLeft(-1);
        }

        return segment.CountDone() == 0;
    }

    /// <summary>Changes a record that a queue has refused, or that was taken and is not sent: <see cref="Take"/> returns it.</summary>
    public void MarkUnqueued(RecordHandle handle, RecordedExporter exporter, bool isTaken)
    {
        if (!handle.IsRecorded
            || !segments.TryFind(handle, out RecordSegment segment, out int offset)
            || !segment.TryChange(offset, RecordState.Queued, RecordState.Unqueued))
            return;
        int index = segment.IndexOf(exporter);
        segment.MoveCursorBack(index, offset);
        segment.AddUnqueued(index, 1);
        exporter.AddUnqueued(1);
        if (!isTaken)
            exporter.AddLeft(1);
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

    /// <summary>Finds the time of the oldest record that is not done.</summary>
    public DateTimeOffset? FindOldest()
    {
        DateTime? oldest = null;
        lock (segments.Sync)
        {
            foreach (RecordSegment segment in segments.Ordered)
            {
                if (segment.Pending > 0 && segment.FindOldest() is { } time && !(time >= oldest))
                    oldest = time;
            }
        }

        return oldest;
    }

    /// <summary>Drops the records that no queue holds and that are too old. Called each minute: nothing is read while all are young.</summary>
    public void DropExpired(IEnumerable<RecordedExporter> exporters)
    {
        foreach (RecordedExporter exporter in exporters)
        {
            if (exporter.Unqueued > 0)
                DropExpired(exporter);
        }
    }

    private void DropExpired(RecordedExporter exporter)
    {
        var nothing = new TakeRequest(exporter, [], 0, 0);
        lock (segments.Sync)
        {
            foreach (RecordSegment segment in segments.Ordered)
            {
                int index = segment.IndexOf(exporter);
                if (index >= 0 && segment.HasUnqueued(index) && segment.FindOldest() is { } oldest && IsExpired(oldest))
                    TakeFrom(segment, index, nothing);
            }
        }
    }

    private bool IsExpired(DateTime time) => clock.AgeOf(time) > maxAge;

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
                    if (!IsExpired(RecordFormat.Time(record)) && !request.HasRoom(record.Length - RecordFormat.HeaderSize))
                        return false;
                    TakeRecord(segment, index, scan.Offset, record, request);
                }

                place = scan.Next;
            }

            return true;
        }
        catch (Exception exception) when (RecorderFailure.IsOfDisk(exception))
        {
            return true; // The file cannot be read now: the next one may be.
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
        if (IsExpired(RecordFormat.Time(record)))
            counts.AddExpired(1);
        else if (!RecordFormat.IsValid(record, offset))
            counts.AddDamaged(1);
        else
        {
            request.Add(RecordSegments.HandleOf(segment, offset), record, segment.ResourceOf(request.Exporter));
            return;
        }

        request.Exporter.AddLeft(-1);
        if (segment.TryChange(offset, RecordState.Queued, RecordState.Done))
            segment.CountDone();
    }
}
