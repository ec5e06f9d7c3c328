using System.Buffers;

namespace WorkerTracing;

/// <summary>
/// The directory of a process that has ended, taken over: its records are sent from there, and marked there. The caller holds the lock of
/// <see cref="Adoption"/>.
/// </summary>
internal sealed class AdoptedDirectory
{
    private readonly DirectoryLease _lease;
    private readonly RecordSegments _all;
    private readonly AdoptedExporters _exporters = new();
    private readonly List<AdoptedSegment> _segments = [];
    private readonly HashSet<RecordedExporter> _attached = [];
    private readonly AbandonedSpans _abandoned;

    private AdoptedDirectory(DirectoryLease lease, RecordSegments all)
    {
        _lease = lease;
        _all = all;
        _abandoned = AbandonedSpans.Read(lease.DirectoryPath, Recovery);
    }

    public string Name => Path.GetFileName(_lease.DirectoryPath);

    public Recovery Recovery { get; } = new();

    /// <summary>Gets the bytes of its files. They shrink when records are done.</summary>
    public long Bytes { get; private set; }

    public IEnumerable<AbandonedJob> Jobs => _abandoned.Jobs(Recovery.LastAlive);

    /// <summary>Takes over a directory.</summary>
    /// <returns>Null if its process lives, or if it is gone.</returns>
    /// <exception cref="IOException">A file cannot be read, or is of a later version. The directory is as it was.</exception>
    public static AdoptedDirectory? Take(string path, RecordSegments all)
    {
        if (DirectoryLease.TryTake(path) is not { } lease)
            return null;
        AdoptedDirectory? adopted = null;
        try
        {
            adopted = new AdoptedDirectory(lease, all);
            adopted.Load();
            return adopted;
        }
        catch
        {
            if (adopted is null)
                lease.Dispose();
            else
                adopted.Release();
            throw;
        }
    }

    /// <summary>Counts the records of an exporter of this process as its own, once.</summary>
    public void Attach(RecordedExporter exporter)
    {
        if (!_attached.Add(exporter))
            return;
        foreach (AdoptedSegment segment in _segments)
            Attach(exporter, segment);
    }

    /// <summary>Closes the spans of an exporter that did not end before their process did: writes their records, to be sent.</summary>
    /// <param name="exporter">The exporter.</param>
    /// <param name="close">Writes the content of a closed span. Returns false if the span is to be left out.</param>
    /// <exception cref="IOException">The disk is full, or cannot be written. The spans are closed another time.</exception>
    public void CloseSpans(RecordedExporter exporter, Func<AbandonedSpan, DateTimeOffset, RecordBuffer, bool> close)
    {
        int index = _exporters.IndexOf(exporter.Name);
        AbandonedSpan[] spans = [.. _abandoned.All.Where(span => span.Header.Exporter == index)];
        if (spans.Length == 0)
            return;
        var file = new ClosedSpansFile();
        var buffer = RecordBuffer.Rent();
        foreach (AbandonedSpan span in spans)
        {
            DateTimeOffset ended = AbandonedSpans.EndOf(span, Recovery.LastAlive);
            buffer.Clear();
            if (close(span, ended, buffer))
                file.Add(buffer, span.Header with { Kind = RecordKind.Span, Time = ended.UtcDateTime }, RecordState.Unqueued);
        }

        buffer.Return();
        Attach(exporter, LoadSegment(file.Write(_lease.DirectoryPath))!);
        _abandoned.Remove(spans);
        DeleteTables();
    }

    /// <summary>Deletes the files whose records are all done, and the directory when nothing is left.</summary>
    /// <param name="isGone">Whether an exporter is gone: its records count as done.</param>
    /// <returns>True if the directory was given up.</returns>
    public bool TryFinish(Func<string?, bool> isGone)
    {
        lock (_all.Sync)
        {
            for (int i = _segments.Count - 1; i >= 0; i--)
            {
                if (_segments[i].IsDone(isGone))
                    Delete(_segments[i]);
            }
        }

        if (_segments.Count > 0 || _abandoned.All.Any(span => !isGone(_exporters.NameOf(span.Header.Exporter))))
            return false;
        foreach (string path in _abandoned.Paths)
            RecorderFiles.TryDelete(path);
        _lease.DeleteDirectory();
        Bytes = 0;
        return true;
    }

    /// <summary>Leaves the directory to another process.</summary>
    public void Release()
    {
        lock (_all.Sync)
        {
            foreach (AdoptedSegment segment in _segments)
            {
                _all.Remove(segment);
                segment.Dispose();
            }
        }

        _lease.Dispose();
    }

    private void Load()
    {
        foreach (string path in RecoveredFile.Find(_lease.DirectoryPath, RecorderFiles.UnfinishedExtension))
            RecorderFiles.TryDelete(path);
        string[] segments = [.. RecoveredFile.Find(_lease.DirectoryPath, RecorderFiles.SegmentExtension)];
        foreach (string path in segments)
            RecoveredFile.EnsureKnownVersion(path);
        foreach (string path in segments)
            LoadSegment(path);
        _abandoned.RemoveEnded(Recovery);
        DeleteTables();
    }

    /// <returns>Null if the file holds nothing: its process ended before its first record.</returns>
    private AdoptedSegment? LoadSegment(string path)
    {
        FileStream file = RecorderFiles.OpenFile(path);
        byte[] bytes = ArrayPool<byte>.Shared.Rent((int)Math.Min(file.Length, RecoveredFile.MaxLength));
        AdoptedSegment? segment = null;
        try
        {
            ReadOnlySpan<byte> content = bytes.AsSpan(0, RecoveredFile.Read(file, bytes));
            if (SegmentHeader.TryRead(content, out SegmentHeader header, out _))
            {
                string order = $"adopted/{Name}/{Path.GetFileName(path)}";
                segment = new AdoptedSegment(_all.NextId(), order, file, header.Salt, _exporters);
                segment.Recover(content, Recovery);
                _segments.Add(segment);
                _all.Add(segment);
                Bytes += segment.Length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
            if (segment is null)
                file.Dispose();
        }

        if (segment is null)
            RecorderFiles.TryDelete(path);
        return segment;
    }

    private void Delete(AdoptedSegment segment)
    {
        Bytes -= segment.Length;
        _all.Remove(segment);
        _segments.Remove(segment);
        segment.Dispose();
        RecorderFiles.TryDelete(segment.Path);
    }

    /// <summary>Deletes the tables of open spans when all of these are closed.</summary>
    private void DeleteTables()
    {
        if (_abandoned.All.Count > 0)
            return;
        foreach (string path in _abandoned.Paths)
            RecorderFiles.TryDelete(path);
    }

    private static void Attach(RecordedExporter exporter, AdoptedSegment segment)
    {
        int index = segment.IndexOf(exporter);
        if (index < 0)
            return;
        int unqueued = segment.CountUnqueued(index);
        exporter.AddUnqueued(unqueued);
        exporter.AddLeft(unqueued);
    }
}
