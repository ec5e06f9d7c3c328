using System.Diagnostics;
using System.Globalization;

namespace WorkerTracing;

/// <summary>Makes the span of a job: decides who its parent is, and says what is known of the job at its beginning.</summary>
internal sealed class JobSpanFactory(WorkerTracingOptions options, Callbacks callbacks, TimeProvider time)
{
    private const int MostArguments = 32;
    private const int LongestArgument = 1024;

    /// <summary>
    /// False where <see cref="WorkerTracingOptions.Filter"/> refuses the job, or it begins inside a job that was refused.
    /// </summary>
    public bool IsTraced(JobInfo job) =>
        (AmbientSpan.Current is not { } ambient || !TraceSegment.Suppresses(ambient))
        && callbacks.Ask(nameof(options.Filter), options.Filter, job, true);

    /// <summary>
    /// Makes the unsampled span current that stands in for a refused job: log records keep a trace id, and parent-based sampling drops the
    /// children.
    /// </summary>
    public static Activity StartRefused(JobInfo job)
    {
        Activity? ambient = AmbientSpan.Current;
        if (!ReferenceEquals(ambient, Activity.Current))
            Activity.Current = ambient;
        var span = new Activity(job.OperationName ?? job.Name);
        if (ambient is null && job.Origin != default)
            span.SetParentId(job.Origin.TraceId, job.Origin.SpanId);
        TraceSegment.Suppress(span);
        span.Start();
        span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        span.IsAllDataRequested = false;
        return span;
    }

    /// <summary>Starts the job's span and makes it current.</summary>
    /// <returns>Null where nobody listens or the sampler dropped it below a span that goes on being current.</returns>
    public Activity? Start(JobInfo job)
    {
        if (!Telemetry.Source.HasListeners())
            return null;

        Activity? current = Activity.Current;
        Activity? ambient = AmbientSpan.Current;
        bool inherit = ambient is not null && AmbientSpan.HasSamplingDecision(ambient);
        bool adopt = !inherit && job.Origin != default && TraceRelationRule.Resolve(job, options, time.GetUtcNow()) == TraceRelation.Child;
        bool linkOrigin = job.Origin != default && !adopt && (!inherit || ambient!.SpanId != job.Origin.SpanId);

        Activity? parent = inherit ? ambient : null;
        if (!ReferenceEquals(current, parent))
            Activity.Current = parent;
        Activity? span = Telemetry.Source.StartActivity(
            job.OperationName ?? job.Name,
            callbacks.Ask(nameof(options.KindSelector), options.KindSelector, job, null) ?? KindOf(job.Trigger),
            adopt ? ParentOf(job.Origin) : default,
            [
                new(SpanAttributes.Platform, job.System),
                new(SpanAttributes.Task, job.Name),
                new(SpanAttributes.Trigger, NameOf(job.Trigger)),
            ],
            LinksOf(job, linkOrigin));
        if (span is null && !ReferenceEquals(current, parent))
            Activity.Current = current is { IsStopped: true } ? null : current;
        return span;
    }

    /// <summary>Says on a recorded span what is known of its job.</summary>
    public void Describe(Activity span, JobInfo job)
    {
        if ((callbacks.Ask(nameof(options.NameSelector), options.NameSelector, job, null) ?? job.Name) is { } name)
            span.DisplayName = name;
        span.SetTag(SpanAttributes.Attempt, job.Attempt);
        if (job.Id is not null)
            span.SetTag(SpanAttributes.JobId, job.Id);
        if (job.GroupId is not null)
            span.SetTag(SpanAttributes.GroupId, job.GroupId);
        if (job.Queue is not null)
            span.SetTag(SpanAttributes.Destination, job.Queue);
        if (job.Trigger == JobTrigger.Message)
        {
            span.SetTag(SpanAttributes.MessagingSystem, job.System);
            span.SetTag(SpanAttributes.OperationType, SpanAttributes.Process);
            span.SetTag(SpanAttributes.OperationName, SpanAttributes.Process);
            span.SetTag(SpanAttributes.MessageId, job.Id);
        }

        if ((job.DueAt ?? job.EnqueuedAt) is { } due)
            span.SetTag(SpanAttributes.Wait, Math.Max(0, (long)(time.GetUtcNow() - due).TotalMilliseconds));
        if (options.CaptureArguments && job.Arguments is not null)
            Capture(span, job.Arguments);
    }

    /// <summary>
    /// A sampled-out origin passes for a remote one: below a remote parent there is an unsampled span, from which the children of the job
    /// inherit. Below one of this process there would be
    /// none, as if the parent were current; but the span that enqueued the job is not, and the children would become sampled roots.
    /// </summary>
    private static ActivityContext ParentOf(ActivityContext origin) =>
        origin.TraceFlags.HasFlag(ActivityTraceFlags.Recorded)
            ? origin
            : new(origin.TraceId, origin.SpanId, origin.TraceFlags, origin.TraceState, isRemote: true);

    private static ActivityKind KindOf(JobTrigger trigger) =>
        trigger is JobTrigger.Enqueued or JobTrigger.Message ? ActivityKind.Consumer : ActivityKind.Internal;

    /// <summary>The values of contrib's instrumentation of Hangfire where it has the case.</summary>
    private static string NameOf(JobTrigger trigger) => trigger switch
    {
        JobTrigger.Enqueued => "api",
        JobTrigger.Scheduled => "schedule",
        JobTrigger.Recurring => "cron",
        JobTrigger.Message => "message",
        _ => "manual",
    };

    private static List<ActivityLink>? LinksOf(JobInfo job, bool origin)
    {
        if (!origin && job.Links is null)
            return null;
        List<ActivityLink> links = job.Links is null ? [] : [.. job.Links];
        if (origin && !links.Exists(link => link.Context.SpanId == job.Origin.SpanId && link.Context.TraceId == job.Origin.TraceId))
            links.Insert(0, JobLinks.Origin(job.Origin));
        return links;
    }

    private void Capture(Activity span, IReadOnlyDictionary<string, object?> arguments)
    {
        foreach ((string name, object? value) in arguments.Take(MostArguments))
        {
            string? text = callbacks.Ask(nameof(options.Redact), Render, (name, value), null);
            if (text is not null)
                span.SetTag(SpanAttributes.ArgumentPrefix + name, text.Length <= LongestArgument ? text : Cut(text));
        }
    }

    private string? Render((string Name, object? Value) argument)
    {
        object? value = options.Redact is null ? argument.Value : options.Redact(argument.Name, argument.Value);
        return value is null ? null : Convert.ToString(value, CultureInfo.InvariantCulture);
    }

    /// <summary>Cuts between characters, never inside a surrogate pair.</summary>
    private static string Cut(string text)
        => text[..(char.IsHighSurrogate(text[LongestArgument - 1]) ? LongestArgument - 1 : LongestArgument)];
}
