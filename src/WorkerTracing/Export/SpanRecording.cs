using System.Diagnostics;
using Microsoft.Extensions.Logging;
using OpenTelemetry;

namespace WorkerTracing;

/// <summary>
/// The part of the flight recorder in one pipeline: writes a span when it ends, and marks it when it has its outcome or when the queue has
/// no room for it. Safe for concurrent use.
/// </summary>
internal sealed class SpanRecording : IDisposable
{
    private readonly string _name;
    private readonly bool _isShared;
    private long _unrecorded; // Interlocked
    private RecorderAdoption? _adoption; // written when the processor is created

    private SpanRecording(FlightRecorder recorder, IRecordedSpanExporter exporter, SpanRecording? shared)
    {
        Recorder = recorder;
        _isShared = shared is not null;
        _name = shared?._name ?? RecordNames.Of(recorder).Take(exporter.RecordName);
        Channel = recorder.Register(_name == exporter.RecordName ? exporter : new NamedRecordExporter(exporter, _name));
    }

    public FlightRecorder Recorder { get; }

    public RecorderChannel Channel { get; }

    /// <summary>Gets the name of the records. The partitions of an exporter share them.</summary>
    public string Name => _name;

    /// <summary>Gets the number of spans without a record that have no final outcome yet.</summary>
    public long Unrecorded => Interlocked.Read(ref _unrecorded);

    /// <summary>Opens the recorder. Null where there are no options for one, or the exporter cannot be recorded.</summary>
    /// <param name="exporter">The exporter.</param>
    /// <param name="options">The options of the recorder.</param>
    /// <param name="log">The log of the recorder.</param>
    /// <param name="time">The clock.</param>
    /// <param name="shared">The recording whose records are those of this one, too: of another partition of the same exporter.</param>
    public static SpanRecording? Open(
        BaseExporter<Activity> exporter, FlightRecorderOptions? options, ILogger log, TimeProvider time, SpanRecording? shared)
    {
        if (options is null)
            return null;
        if (exporter is IRecordedSpanExporter recorded)
            return new SpanRecording(FlightRecorder.Open(options, log, time), recorded, shared);
        Log.ExporterNotRecorded(log, exporter.GetType().Name);
        return null;
    }

    /// <summary>Records a span that has ended and is about to be queued.</summary>
    public RecordHandle Write(Activity span, SegmentDelivery? delivery)
    {
        RecordHandle record = Channel.Write(span);
        if (!record.IsRecorded)
            Interlocked.Increment(ref _unrecorded);
        delivery?.Begin(record);
        return record;
    }

    /// <summary>The pipeline lets go of a span: it has its final outcome, or is left to the recorder.</summary>
    public void Settle(RecordHandle record, SegmentDelivery? delivery)
    {
        if (!record.IsRecorded)
            Interlocked.Decrement(ref _unrecorded);
        delivery?.End(record);
    }

    /// <summary>Leaves a span to the recorder, from which it is read back later.</summary>
    /// <returns>False where the span has no record: it is lost.</returns>
    public bool TryLeave(RecordHandle record, SegmentDelivery? delivery)
    {
        Settle(record, delivery);
        if (!record.IsRecorded)
            return false;
        delivery?.Leave();
        Channel.MarkUnqueued(record);
        return true;
    }

    /// <summary>Marks the spans of an export that have their final outcome.</summary>
    public void MarkDone(ExportBatch batch)
    {
        for (int i = 0; i < batch.Count; i++)
        {
            if (batch.Outcomes[i] != ExportOutcome.Retained && batch.Record(i) is { IsRecorded: true } record)
                Channel.MarkDone(record);
        }
    }

    /// <summary>Takes over in the background what ended processes have left.</summary>
    public void StartAdoption(BatchTraceProcessor processor, ILogger log, TimeProvider time) =>
        _adoption = new RecorderAdoption(Recorder, processor, log, time);

    /// <inheritdoc cref="RecorderAdoption.LookNowAsync"/>
    public Task AdoptNowAsync() => _adoption?.LookNowAsync() ?? Task.CompletedTask;

    public void Dispose()
    {
        _adoption?.Dispose();
        if (!_isShared)
            RecordNames.Of(Recorder).Release(_name);
        Recorder.Dispose();
    }
}
