using System.Diagnostics;

namespace WorkerTracing;

/// <summary>The records of one exporter in a <see cref="FlightRecorder"/>. Safe for concurrent use; does not throw.</summary>
internal sealed class RecorderChannel(FlightRecorder recorder, IRecordedSpanExporter exporter)
{
    public FlightRecorder Recorder { get; } = recorder;

    public IRecordedSpanExporter Exporter { get; } = exporter;

    /// <summary>Gets the number of records that no queue holds: refused by a full queue, left by other processes.</summary>
    public long Unqueued => 0;

    /// <summary>Records an ended span, and its open ancestors. Called by the thread that ends it.</summary>
    public RecordHandle Write(Activity span) => default;

    /// <summary>Records a job that starts. Its end is recorded with <see cref="Write"/>.</summary>
    /// <param name="span">The span of the job.</param>
    /// <param name="key">Identifies the job to the process that runs its next attempt; null where the framework has no id.</param>
    public void Open(Activity span, string? key)
    {
    }

    /// <summary>A job or an enclosing span has ended without <see cref="Write"/>.</summary>
    public void Forget(Activity span)
    {
    }

    /// <summary>The span has its final outcome.</summary>
    public void MarkDone(RecordHandle handle)
    {
    }

    /// <summary>The queue has refused the span: it is one of those that <see cref="Take"/> returns.</summary>
    public void MarkUnqueued(RecordHandle handle)
    {
    }

    /// <summary>
    /// Takes records that no queue holds, oldest first. Each is taken once, until it is done or marked as unqueued again.
    /// </summary>
    /// <param name="into">Takes the records.</param>
    /// <param name="count">How many to take at most.</param>
    /// <param name="bytes">How many bytes of content to take at most. One record is taken whatever its size.</param>
    public void Take(List<TakenRecord> into, int count, int bytes)
    {
    }
}
