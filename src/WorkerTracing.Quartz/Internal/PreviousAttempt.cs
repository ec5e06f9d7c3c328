using System.Diagnostics;

namespace WorkerTracing;

/// <summary>What an attempt leaves to the next one.</summary>
/// <param name="Span">Its span, which the next one links to. The default where it was not recorded.</param>
/// <param name="ContinuesOrigin">Whether it continued the trace of the scheduling call: then the next one does too, however late it comes.</param>
internal readonly record struct PreviousAttempt(ActivityContext Span, bool ContinuesOrigin)
{
    public static PreviousAttempt Of(JobTrace attempt, FiringOrigin origin) => new(
        attempt is { IsRecorded: true, Activity: { } span } ? span.Context : default,
        origin.Context != default && attempt.TraceId == origin.Context.TraceId);
}
