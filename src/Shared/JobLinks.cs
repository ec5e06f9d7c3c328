using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// Makes the links of a job's span. Each carries <c>worker_tracing.link</c>, which says how the linked span relates to the job.
/// </summary>
internal static class JobLinks
{
    /// <summary>The attribute of every link: <see cref="Origin"/>, <see cref="PreviousAttempt"/>, and so on.</summary>
    public const string Attribute = "worker_tracing.link";

    // An ActivityLink copies its tags, so all links of a kind can be made from one collection.
    private static readonly ActivityTagsCollection OriginTags = new() { [Attribute] = "origin" };
    private static readonly ActivityTagsCollection PreviousAttemptTags = new() { [Attribute] = "previous_attempt" };
    private static readonly ActivityTagsCollection AntecedentTags = new() { [Attribute] = "antecedent" };
    private static readonly ActivityTagsCollection MessageTags = new() { [Attribute] = "message" };

    /// <summary>Links to the span that enqueued the job.</summary>
    public static ActivityLink Origin(ActivityContext context) => new(context, OriginTags);

    /// <summary>Links to the attempt before this one at the same run.</summary>
    public static ActivityLink PreviousAttempt(ActivityContext context) => new(context, PreviousAttemptTags);

    /// <summary>Links to the job whose end started this one.</summary>
    public static ActivityLink Antecedent(ActivityContext context) => new(context, AntecedentTags);

    /// <summary>Links to the span that sent a message of the batch.</summary>
    public static ActivityLink Message(ActivityContext context) => new(context, MessageTags);
}
