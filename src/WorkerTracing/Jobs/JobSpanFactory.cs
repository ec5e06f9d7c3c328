using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace WorkerTracing;

/// <summary>Makes the span of a job: decides on its parent, and records the facts that are known at its beginning.</summary>
internal sealed class JobSpanFactory(
    ActivitySource source, WorkerTracingOptions options, AbandonedJobs abandoned, Callbacks callbacks, TimeProvider time)
{
    /// <summary>
    /// Of jobs inside each other, every 32nd has its parent by its ids alone. Jobs that overlap and start each other without end would
    /// otherwise keep each other in memory, from parent to parent.
    /// </summary>
    private const int ParentsByReference = 32;

    private readonly JobSpanDescription _description = new(options, callbacks, time);

    /// <summary>Starts the job's span and makes it current.</summary>
    /// <param name="job">The job.</param>
    /// <param name="depth">How many jobs enclose the job.</param>
    /// <param name="before">The ambient activity; remembers whether it was replaced.</param>
    /// <returns>Null without a listener, or if the sampler dropped the span below a span that stays current.</returns>
    public Activity? Start(JobInfo job, int depth, ref AmbientActivity before) =>
        IsTraced(job) ? StartTraced(job, depth, ref before) : StartSuppressed(job, ref before);

    /// <summary>Records on a recorded span the facts of its job.</summary>
    public void Describe(Activity span, JobInfo job) => _description.Record(span, job);

    /// <inheritdoc cref="JobSpanDescription.WaitOf"/>
    public TimeSpan? WaitOf(JobInfo job) => _description.WaitOf(job);

    /// <summary>
    /// Returns false if <see cref="WorkerTracingOptions.Filter"/> refuses the job, or if it begins inside a job that was refused.
    /// </summary>
    private bool IsTraced(JobInfo job) =>
        (AmbientSpan.Current is not { } ambient || !TraceSegment.Suppresses(ambient))
        && callbacks.Ask(nameof(options.Filter), options.Filter, job, true);

    /// <summary>
    /// Makes an unsampled span current in the place of a refused job: log records keep a trace id, and parent-based sampling drops the
    /// children.
    /// </summary>
    private static Activity StartSuppressed(JobInfo job, ref AmbientActivity before)
    {
        Activity? ambient = AmbientSpan.NearestRunning(before.Activity);
        before.Replace(ambient);
        var span = new Activity(job.OperationName ?? job.Name);
        if (ambient is null && job.Origin != default)
            span.SetParentId(job.Origin.TraceId, job.Origin.SpanId);
        TraceSegment.Suppress(span);
        span.Start();
        span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        span.IsAllDataRequested = false;
        return span;
    }

    private Activity? StartTraced(JobInfo job, int depth, ref AmbientActivity before)
    {
        if (!source.HasListeners())
            return null;

        DateTimeOffset now = time.GetUtcNow();
        Activity? ambient = AmbientSpan.NearestRunning(before.Activity);
        bool inherit = ambient is not null && AmbientSpan.HasSamplingDecision(ambient);
        List<ActivityLink>? links = WithAbandoned(LinksOf(job), job);
        bool adopt = !inherit && job.Origin != default && TraceRelationRule.Resolve(job, links, options, now) == TraceRelation.Child;
        if (job.Origin != default && !adopt && (!inherit || ambient!.SpanId != job.Origin.SpanId))
            links = WithOrigin(links, job.Origin);

        Activity? parent = inherit ? ambient : null;
        ActivityContext parentContext = adopt ? ParentOf(job.Origin) : default;
        if (parent is { Recorded: true } && depth > 0 && depth % ParentsByReference == 0)
        {
            parentContext = parent.Context;
            parent = null;
        }

        before.Replace(parent); // an explicit context is a parent too, but the span would keep the replaced activity in memory
        Activity? span = StartRecovering(job, parentContext, links, parent);
        if (span is null)
            before.Restore();
        else
            RecordBeginning(span, adopt ? job.EnqueuedAt ?? now : now);
        return span;
    }

    /// <summary>
    /// Starts the span. A processor or listener that throws has thrown after the span became current: the span is used all the same.
    /// </summary>
    [SuppressMessage("Design", "CA1031", Justification = "The boundary to processors and listeners: the job has its span all the same.")]
    private Activity? StartRecovering(JobInfo job, ActivityContext parentContext, List<ActivityLink>? links, Activity? parent)
    {
        try
        {
            return source.StartActivity(
                job.OperationName ?? job.Name,
                callbacks.Ask(nameof(options.KindSelector), options.KindSelector, job, null) ?? KindOf(job.Trigger),
                parentContext,
                JobSpanDescription.TagsForSamplers(job),
                links);
        }
        catch (Exception exception)
        {
            callbacks.Report("Start", exception);
            Activity? current = Activity.Current;
            return !ReferenceEquals(current, parent) && ReferenceEquals(current?.Source, source) ? current : null;
        }
    }

    /// <summary>Records the beginning of the trace, which is that of the outermost span of this process where there is one.</summary>
    private static void RecordBeginning(Activity span, DateTimeOffset began)
    {
        Activity root = span;
        while (root.Parent is { } above)
            root = above;
        TraceBeginning.Record(span, ReferenceEquals(root, span) ? began : root.StartTimeUtc);
    }

    /// <summary>
    /// Returns the origin, as a remote one if it was sampled out. Below a remote parent there is an unsampled span, from which the children
    /// of the job inherit. Below a local one there would be none, and the children would become sampled roots.
    /// </summary>
    private static ActivityContext ParentOf(ActivityContext origin) =>
        origin.TraceFlags.HasFlag(ActivityTraceFlags.Recorded)
            ? origin
            : new(origin.TraceId, origin.SpanId, origin.TraceFlags, origin.TraceState, isRemote: true);

    private static ActivityKind KindOf(JobTrigger trigger) =>
        trigger is JobTrigger.Enqueued or JobTrigger.Message ? ActivityKind.Consumer : ActivityKind.Internal;

    /// <summary>Copies the application's list, which can throw.</summary>
    private List<ActivityLink>? LinksOf(JobInfo job) => job.Links is null
        ? null
        : callbacks.Ask<IReadOnlyList<ActivityLink>, List<ActivityLink>?>(nameof(job.Links), static links => [.. links], job.Links, null);

    /// <summary>Links to the attempt that ended with its process, where a flight recorder has it. That is the attempt before: it comes first.</summary>
    private List<ActivityLink>? WithAbandoned(List<ActivityLink>? links, JobInfo job)
    {
        ActivityContext before = abandoned.Take(job);
        if (before != default && links?.Exists(link => IsSame(link.Context, before)) != true)
            (links ??= []).Insert(0, JobLinks.PreviousAttempt(before));
        return links;
    }

    private static List<ActivityLink>? WithOrigin(List<ActivityLink>? links, ActivityContext origin)
    {
        if (links?.Exists(link => IsSame(link.Context, origin)) != true)
            (links ??= []).Insert(0, JobLinks.Origin(origin));
        return links;
    }

    private static bool IsSame(ActivityContext one, ActivityContext other) => one.SpanId == other.SpanId && one.TraceId == other.TraceId;
}
