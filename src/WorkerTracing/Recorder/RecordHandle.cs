namespace WorkerTracing;

/// <summary>The place of a record. The default is that of a span that was not recorded.</summary>
internal readonly record struct RecordHandle(long Value)
{
    public bool IsRecorded => Value != 0;
}
