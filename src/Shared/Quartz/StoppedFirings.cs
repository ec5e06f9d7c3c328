using System.Runtime.CompilerServices;
using Quartz;

namespace WorkerTracing;

/// <summary>
/// Traces the firings that never reach their job: vetoed, stopped by a listener that threw, or without a job because it could not be
/// created. Each has one span, however many listeners of this library hear of it.
/// </summary>
internal static class StoppedFirings
{
    private static readonly ConditionalWeakTable<object, object> Seen = [];

    /// <summary>Traces and counts a firing that a trigger listener vetoed. The span is no error, and nothing is flushed for it.</summary>
    public static async ValueTask VetoAsync(JobTracer tracer, IJobExecutionContext context)
    {
        if (!Seen.TryAdd(context, context))
            return;

        QuartzMetrics.CountVeto(context);
        JobTrace trace = await StartAsync(tracer, context).ConfigureAwait(false);
        if (trace.IsRecorded)
            trace.Activity!.SetTag(QuartzAttributes.Vetoed, true);
        trace.Cancel();
        trace.EndWithoutFlush();
        RunLinks.EndRun(context, trace.Activity?.Context ?? default);
    }

    /// <summary>Traces a firing whose job did not run because a job or trigger listener threw.</summary>
    public static async ValueTask FailAsync(JobTracer tracer, JobExecutionProcessException failure)
    {
        IJobExecutionContext context = failure.JobExecutionContext;
        if (!Seen.TryAdd(context, context))
            return;

        JobTrace trace = await StartAsync(tracer, context).ConfigureAwait(false);
        trace.Fail(AttemptOutcome.Own(failure));
        await trace.EndAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Traces a firing whose job could not be created. Quartz makes no execution context for it.</summary>
    public static async ValueTask FailAsync(JobTracer tracer, IScheduler scheduler, JobInstantiationException failure)
    {
        if (!Seen.TryAdd(failure, failure))
            return;

        JobTrace trace = tracer.Start(QuartzJobInfo.From(failure));
        QuartzAttributes.Describe(trace, scheduler, failure);
        trace.Fail(QuartzVersion.CauseOf(failure));
        await trace.EndAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private static async ValueTask<JobTrace> StartAsync(JobTracer tracer, IJobExecutionContext context)
    {
        FiringOrigin origin = await FiringOrigin.FindAsync(context).ConfigureAwait(false);
        JobTrace trace = tracer.Start(QuartzJobInfo.From(context, origin, RunLinks.TakeAttempt(context), RunLinks.TakeAntecedent(context)));
        QuartzAttributes.Describe(trace, context);
        return trace;
    }
}
