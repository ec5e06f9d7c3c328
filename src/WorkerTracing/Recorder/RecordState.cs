namespace WorkerTracing;

/// <summary>
/// The state of a record: one byte, changed in place. The values are part of the file format. They differ in several bits, and a reader takes
/// an unknown value for <see cref="Unqueued"/>: a damaged byte may send a span twice, and never loses one.
/// </summary>
internal enum RecordState : byte
{
    /// <summary>The span waits in the memory of the process that owns the file. The same as <see cref="Unqueued"/> once that has ended.</summary>
    Queued = (byte)'Q',

    /// <summary>No queue holds the span: it is to be read back.</summary>
    Unqueued = (byte)'U',

    /// <summary>The span has its final outcome.</summary>
    Done = (byte)'D',
}
