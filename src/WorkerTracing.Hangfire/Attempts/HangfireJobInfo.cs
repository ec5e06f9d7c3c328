using System.Diagnostics;
using System.Reflection;
using Hangfire;
using Hangfire.Common;
using Hangfire.Server;

namespace WorkerTracing;

/// <summary>Translates a Hangfire job, and what is stored with it, into a <see cref="JobInfo"/>.</summary>
internal static class HangfireJobInfo
{
    /// <summary>The name of a job that cannot be loaded and of which nothing else is known.</summary>
    public const string UnknownName = "unknown";

    private static readonly Dictionary<string, string?> NoBaggage = [];

    /// <summary>
    /// The storage knows the attempt before. A flight recorder could know an older one, which died on this machine while the last one ran on
    /// another.
    /// </summary>
    private static readonly string[] KnownByStorage = [];

    /// <summary>Gets the job of an attempt that is about to be performed.</summary>
    public static JobInfo From(PerformContext context, StoredJob stored, StoredParameters parameters) =>
        From(context.BackgroundJob, stored, parameters, onWorker: context.ServerId is not null);

    /// <summary>Gets the job of an attempt.</summary>
    /// <param name="background">The job.</param>
    /// <param name="stored">What is stored with it.</param>
    /// <param name="parameters">Reads the antecedent's span where it is not stored with the job.</param>
    /// <param name="onWorker">False if the job runs on the thread of a caller, whose baggage it keeps.</param>
    public static JobInfo From(BackgroundJob background, StoredJob stored, StoredParameters parameters, bool onWorker)
    {
        Job? job = background.Job;
        return new JobInfo
        {
            System = "hangfire",
            Name = job is null ? UnknownName : TypeName.Of(job.Type, job.Method),
            Id = background.Id,
            RecoveryIds = stored.PreviousSpan is null ? null : KnownByStorage,
            Queue = stored.Queue ?? JobQueue.Of(job),
            Attempt = stored.Attempt ?? 1,
            Trigger = TriggerOf(stored),
            EnqueuedAt = background.CreatedAt.AsUtc(),
            DueAt = stored.Again ?? stored.Due,
            Origin = stored.Creator.Context,
            Links = LinksOf(stored, parameters),
            Baggage = stored.Creator.Baggage ?? (onWorker ? NoBaggage : null),
            Member = job?.Method,
            Arguments = job is null ? null : new LazyArguments<Job>(job, ArgumentsOf),
        };
    }

    private static JobTrigger TriggerOf(StoredJob stored)
    {
        if (stored.RecurringJob is not null)
            return JobTrigger.Recurring;

        return stored.Due is null ? JobTrigger.Enqueued : JobTrigger.Scheduled;
    }

    private static List<ActivityLink>? LinksOf(StoredJob stored, StoredParameters parameters)
    {
        List<ActivityLink>? links = null;
        if (TryParse(stored.PreviousSpan, out ActivityContext previous))
            (links ??= []).Add(JobLinks.PreviousAttempt(previous));
        if (stored.Antecedent is { } antecedent
            && TryParse(stored.AntecedentSpan ?? parameters.LastSpanOf(antecedent), out ActivityContext before))
            (links ??= []).Add(JobLinks.Antecedent(before));
        return links;
    }

    private static bool TryParse(string? span, out ActivityContext context) =>
        ActivityContext.TryParse(span, null, isRemote: true, out context);

    /// <summary>Gets the arguments by the names of the method's parameters, without the ones that Hangfire itself supplies.</summary>
    private static IEnumerable<KeyValuePair<string, object?>> ArgumentsOf(Job job)
    {
        ParameterInfo[] parameters = job.Method.GetParameters();
        for (int i = 0; i < parameters.Length && i < job.Args.Count; i++)
        {
            if (!IsSupplied(parameters[i].ParameterType))
                yield return new(parameters[i].Name ?? $"arg{i}", job.Args[i]);
        }
    }

    private static bool IsSupplied(Type type) =>
        type == typeof(CancellationToken) || type == typeof(IJobCancellationToken) || type == typeof(PerformContext);
}
