namespace WorkerTracing;

/// <summary>
/// The state of a record: one byte, changed in place. The values are part of the file format. They differ in four bits at least: a byte in
/// which one bit is damaged is still recognised as <see cref="Done"/>. A reader takes any other value for <see cref="Unqueued"/>: it sends a
/// span twice rather than losing one.
/// </summary>
internal enum RecordState : byte
{
    /// <summary>The span waits in the memory of the process that owns the file. The same as <see cref="Unqueued"/> once that has ended.</summary>
    Queued = 0x33,

    /// <summary>No queue holds the span: it is to be read back.</summary>
    Unqueued = 0x3C,

    /// <summary>The span has its final outcome.</summary>
    Done = 0xC3,
}
