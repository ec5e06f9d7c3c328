using System.Diagnostics;

namespace WorkerTracing;

/// <summary>Identifies the content of a trace item, to detect whether a new one would differ.</summary>
/// <param name="Owner">The span that the content came from: of the job, or the local root.</param>
/// <param name="IsJob">Whether that span is of a job.</param>
/// <param name="Length">The length of the item.</param>
/// <param name="Hash">The hash of the item.</param>
internal readonly record struct TraceStatement(ActivitySpanId Owner, bool IsJob, int Length, int Hash)
{
    public static TraceStatement Of(TraceOwner owner, ReadOnlySpan<byte> item)
    {
        var hash = new HashCode();
        hash.AddBytes(item);
        return new TraceStatement(owner.Span.SpanId, owner.Job is not null, item.Length, hash.ToHashCode());
    }

    public bool SaysTheSameAs(TraceStatement other) => Length == other.Length && Hash == other.Hash;
}
