using System.Diagnostics;
using Hangfire.Common;
using Hangfire.Server;

namespace WorkerTracing;

/// <summary>Translates what Hangfire knows of a job, and what is stored with it, into a <see cref="JobInfo"/>.</summary>
internal static class HangfireJobInfo
{
    private static readonly Dictionary<string, string?> NoBaggage = [];

    public static JobInfo Of(PerformContext context, StoredOrigin origin, StoredParameters parameters)
    {
        Job? job = context.BackgroundJob.Job;
        var turn = StoredSchedule.Parse(parameters.Text(JobParameter.Turn));
        return new JobInfo
        {
            System = "hangfire",
            Name = JobName.Of(job),
            Id = context.BackgroundJob.Id,
            Queue = turn.Queue ?? StateChange.DefaultQueueOf(job),
            Attempt = Math.Clamp(parameters.Number(JobParameter.RetryCount), 0, int.MaxValue - 1) + 1,
            Trigger = TriggerOf(origin),
            EnqueuedAt = context.BackgroundJob.CreatedAt.AsUtc(),
            DueAt = turn.Due ?? origin.Due,
            Origin = origin.Creator.Context,
            Links = LinksOf(origin, parameters),
            Baggage = origin.Creator.Baggage ?? (context.ServerId is null ? null : NoBaggage),
            Member = job?.Method,
            Arguments = job is null ? null : new JobArguments(job),
        };
    }

    private static JobTrigger TriggerOf(StoredOrigin origin)
    {
        if (origin.RecurringJob is not null)
            return JobTrigger.Recurring;

        return origin.Due is null ? JobTrigger.Enqueued : JobTrigger.Scheduled;
    }

    private static List<ActivityLink>? LinksOf(StoredOrigin origin, StoredParameters parameters)
    {
        List<ActivityLink>? links = null;
        Add(parameters.Text(JobParameter.Trace), JobLinks.PreviousAttempt);
        if (origin.Antecedent is not null)
            Add(parameters.TextOf(origin.Antecedent, JobParameter.Trace), JobLinks.Antecedent);
        return links;

        void Add(string? span, Func<ActivityContext, ActivityLink> link)
        {
            if (ActivityContext.TryParse(span, null, isRemote: true, out ActivityContext linked))
                (links ??= []).Add(link(linked));
        }
    }
}
