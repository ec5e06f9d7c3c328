using System.Runtime.CompilerServices;
using Quartz;

namespace WorkerTracing;

/// <summary>A firing whose job could not be created: Quartz tells scheduler listeners alone, and there is no execution context.</summary>
internal static class InstantiationFailure
{
    private static readonly ConditionalWeakTable<JobInstantiationException, object> Seen = [];

    /// <summary>Leaves the error span, and makes the flush that the job asks for; once, however many listeners of ours are told.</summary>
    public static async ValueTask TraceAsync(JobTracer tracer, IScheduler scheduler, JobInstantiationException failure)
    {
        if (!Seen.TryAdd(failure, failure))
            return;

        JobTrace trace = tracer.Start(FiredJob.Describe(failure));
        if (trace is { IsRecorded: true, Activity: { } span })
            FiredJob.Tag(span, scheduler, failure.Trigger, failure.JobDetail, failure.FireInstanceId);
        trace.Fail(AttemptOutcome.Own(failure));
        await trace.EndAsync(CancellationToken.None).ConfigureAwait(false);
    }
}
