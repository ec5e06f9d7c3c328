using System.Diagnostics;

namespace WorkerTracing;

/// <summary>Identifies the content of a trace item, to detect whether a new one would differ.</summary>
/// <param name="Owner">The span that the content came from: of the job, or the local root.</param>
/// <param name="IsJob">Whether that span is of a job.</param>
/// <param name="Length">The length of the item.</param>
/// <param name="Hash">The hash of the item.</param>
internal readonly record struct TraceStatement(ActivitySpanId Owner, bool IsJob, int Length, int Hash)
{
    public static TraceStatement Of(ActivitySpanId owner, bool isJob, ReadOnlySpan<byte> item)
    {
        var hash = new HashCode();
        hash.AddBytes(item);
        return new TraceStatement(owner, isJob, item.Length, hash.ToHashCode());
    }

    /// <summary>
    /// Returns true if a span may bring another trace item than this one: the owner's span may, and a job's does where this one is of no job.
    /// </summary>
    /// <param name="isKnown">Whether there is this one. Without it, every span brings a trace item.</param>
    /// <param name="span">The span.</param>
    /// <param name="isOwnerJob">Whether the owner of the span's trace is a job.</param>
    public bool IsReplaced(bool isKnown, ActivitySpanId span, bool isOwnerJob) =>
        !isKnown || Owner == span || (isOwnerJob && !IsJob);

    public bool SaysTheSameAs(TraceStatement other) => Length == other.Length && Hash == other.Hash;
}
