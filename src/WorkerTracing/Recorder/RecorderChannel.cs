using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>The records of one exporter in a <see cref="FlightRecorder"/>. Safe for concurrent use; does not throw.</summary>
internal sealed class RecorderChannel
{
    private readonly SegmentLog _records;
    private readonly RecordReader _reader;
    private readonly RecordedExporter? _recorded;
    private readonly ILogger _log;

    internal RecorderChannel(
        FlightRecorder recorder,
        SegmentLog records,
        RecordReader reader,
        RecordedExporter? recorded,
        IRecordedSpanExporter exporter,
        ILogger log)
    {
        Recorder = recorder;
        Exporter = exporter;
        _records = records;
        _reader = reader;
        _recorded = recorded;
        _log = log;
    }

    public FlightRecorder Recorder { get; }

    public IRecordedSpanExporter Exporter { get; }

    /// <summary>Gets the number of records that no queue holds: refused by a full queue, left by other processes.</summary>
    public long Unqueued => _recorded?.Unqueued ?? 0;

    /// <summary>Gets the number of records that were left to the recorder and are not done, whether they are taken at this moment or not.</summary>
    public long Left => _recorded?.Left ?? 0;

    /// <summary>Records an ended span, and its open ancestors. Called by the thread that ends it.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The boundary to the exporter: a span that it cannot write is not recorded.")]
    public RecordHandle Write(Activity span)
    {
        if (_recorded is null)
            return default;
        if (!_records.HasRoom)
        {
            Recorder.Counts.AddUnrecorded(_records.Shortage);
            _recorded.OpenSpans.Remove(span);
            return default;
        }

        _recorded.OpenSpans.See(span.Source);
        AddAncestors(span, _recorded);
        var buffer = RecordBuffer.Rent();
        try
        {
            _recorded.EnsureResource(Exporter);
            Exporter.WriteSpan(span, buffer);
            return buffer.ContentLength == 0 ? default : Append(span, buffer, _recorded);
        }
        catch (Exception exception)
        {
            Recorder.Counts.AddUnrecorded(UnrecordedReason.ExporterFailed);
            Log.RecordingThrew(_log, _recorded.Name, exception);
            return default;
        }
        finally
        {
            buffer.Return();
            _recorded.OpenSpans.Remove(span);
        }
    }

    /// <summary>Records a job that starts, and the open spans around it. Its end is recorded with <see cref="Write"/>.</summary>
    /// <param name="span">The span of the job.</param>
    /// <param name="key">Identifies the job to the process that runs its next attempt; null where the framework has no id.</param>
    public void Open(Activity span, string? key) => Open(span, isJob: true, key);

    /// <summary>Records a call that starts, and the open spans around it. Its end is recorded with <see cref="Write"/>.</summary>
    public void OpenCall(Activity span) => Open(span, isJob: false, key: null);

    /// <summary>A job or an enclosing span has ended without <see cref="Write"/>.</summary>
    public void Forget(Activity span) => _recorded?.OpenSpans.Remove(span);

    /// <summary>The span has its final outcome.</summary>
    public void MarkDone(RecordHandle handle) => MarkDone(handle, isTaken: false);

    /// <summary>The span of a record that <see cref="Take"/> has returned has its final outcome.</summary>
    public void MarkTakenDone(RecordHandle handle) => MarkDone(handle, isTaken: true);

    /// <summary>The queue has refused the span: it is one of those that <see cref="Take"/> returns.</summary>
    public void MarkUnqueued(RecordHandle handle)
    {
        if (_recorded is not null)
            _reader.MarkUnqueued(handle, _recorded, isTaken: false);
    }

    /// <summary>A record that <see cref="Take"/> has returned is not sent now: it is one of those that the next call returns.</summary>
    public void PutBack(RecordHandle handle)
    {
        if (_recorded is not null)
            _reader.MarkUnqueued(handle, _recorded, isTaken: true);
    }

    /// <summary>
    /// Takes records that no queue holds, oldest first. Each is taken once, until it is done or put back.
    /// </summary>
    /// <param name="into">Takes the records.</param>
    /// <param name="count">How many to take at most.</param>
    /// <param name="bytes">How many bytes of content to take at most. One record is taken whatever its size.</param>
    public void Take(List<TakenRecord> into, int count, int bytes)
    {
        if (_recorded is not null)
            _reader.Take(_recorded, into, count, bytes);
    }

    private void MarkDone(RecordHandle handle, bool isTaken)
    {
        if (_recorded is not null && _reader.MarkDone(handle, _recorded, isTaken))
            Recorder.OnSegmentDone();
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to the exporter: a span that it cannot write is not recorded.")]
    private void Open(Activity span, bool isJob, string? key)
    {
        if (_recorded is null || !Recorder.Options.RecordRunningJobs)
            return;
        try
        {
            _recorded.EnsureResource(Exporter);
            _records.EnsureDeclared(_recorded);
            _recorded.OpenSpans.See(span.Source);
            _recorded.OpenSpans.AddAncestors(span, Exporter); // first: the spans around a known one are known
            _recorded.OpenSpans.Add(span, isJob, key, Exporter);
        }
        catch (Exception exception)
        {
            Log.RecordingThrew(_log, _recorded.Name, exception);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to the exporter: a span that it cannot write is not recorded.")]
    private void AddAncestors(Activity span, RecordedExporter recorded)
    {
        if (span.Parent is null)
            return;
        try
        {
            recorded.OpenSpans.AddAncestors(span, Exporter);
        }
        catch (Exception exception)
        {
            Log.RecordingThrew(_log, recorded.Name, exception);
        }
    }

    private RecordHandle Append(Activity span, RecordBuffer buffer, RecordedExporter recorded)
    {
        var header = new RecordHeader(
            RecordKind.Span, recorded.Index, span.TraceId, span.SpanId, span.StartTimeUtc + span.Duration);
        MappedSegment? segment = _records.Append(buffer, header, RecordState.Queued, recorded, out int offset, out string? reason);
        if (segment is not null)
            return RecordSegments.HandleOf(segment, offset);
        Recorder.Counts.AddUnrecorded(reason ?? UnrecordedReason.Unavailable);
        return default;
    }
}
