using System.Diagnostics;
using Hangfire.Server;
using Hangfire.States;

namespace WorkerTracing;

/// <summary>Translates what Hangfire knows of a job into a <see cref="JobInfo"/>.</summary>
internal static class AttemptInfo
{
    private static readonly Dictionary<string, string?> NoBaggage = [];

    public static JobInfo Of(PerformContext context, StoredParameters parameters)
    {
        var origin = StoredOrigin.Parse(parameters.Text(JobParameter.Origin));
        var job = context.BackgroundJob.Job;
        return new JobInfo
        {
            System = "hangfire",
            Name = JobName.Of(job),
            Id = context.BackgroundJob.Id,
            Queue = parameters.Text(JobParameter.Queue) ?? job?.Queue ?? EnqueuedState.DefaultQueue,
            Attempt = parameters.Number(JobParameter.RetryCount) + 1,
            Trigger = TriggerOf(parameters, origin),
            EnqueuedAt = context.BackgroundJob.CreatedAt.AsUtc(),
            DueAt = StoredTime.Parse(parameters.Text(JobParameter.Due)) ?? origin.Due,
            Origin = origin.Creator.Context,
            Links = LinksOf(parameters, origin),
            Baggage = origin.Creator.Baggage ?? (context.ServerId is null ? null : NoBaggage),
            Member = job?.Method,
            Arguments = job is null ? null : new JobArguments(job),
        };
    }

    private static JobTrigger TriggerOf(StoredParameters parameters, StoredOrigin origin)
    {
        if (parameters.Text(JobParameter.RecurringJobId) is not null)
            return JobTrigger.Recurring;

        return origin.Due is null ? JobTrigger.Enqueued : JobTrigger.Scheduled;
    }

    private static List<ActivityLink>? LinksOf(StoredParameters parameters, StoredOrigin origin)
    {
        List<ActivityLink>? links = null;
        Add(parameters.Text(JobParameter.Trace), "attempt");
        if (origin.After is not null)
            Add(parameters.TextOf(origin.After, JobParameter.Trace), "antecedent");
        return links;

        void Add(string? span, string relation)
        {
            if (ActivityContext.TryParse(span, null, isRemote: true, out var linked))
                (links ??= []).Add(new ActivityLink(linked, new ActivityTagsCollection { ["worker_tracing.link"] = relation }));
        }
    }
}
