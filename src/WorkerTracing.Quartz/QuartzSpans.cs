using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Quartz;
using Quartz.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// Listens to Quartz's own activity source, once for the process: its callbacks run on the flow that runs the job, so what they make
/// ambient
/// is ambient in the job. No other place is open to somebody who merely attaches a listener to a scheduler.
/// </summary>
internal static class QuartzSpans
{
    /// <summary>
    /// A source of Quartz's name that our own listener passes over, and so one that tells what the others want. Without it, a span of
    /// Quartz's that
    /// exists for our sake alone looks like one that the application's sampler decided against.
    /// </summary>
    private static readonly ActivitySource Others = new(QuartzInstrumentation.ActivitySourceName);

    // What it reads belongs to the flow and not to a container, so any container's will do; this one is never built beyond it.
    private static readonly IJobExecutionContextAccessor Executing =
        new ServiceCollection().AddQuartz().BuildServiceProvider().GetRequiredService<IJobExecutionContextAccessor>();

    static QuartzSpans() => ActivitySource.AddActivityListener(new ActivityListener
    {
        ShouldListenTo = static source => source.Name == QuartzInstrumentation.ActivitySourceName && source != Others,
        Sample = static (ref options) => Sample(options.Name),
        ActivityStarted = static span => Find(span)?.BeginAttempt(span),
        ActivityStopped = static span => Find(span)?.EndAttempt(span),
        ExceptionRecorder = static (span, exception, ref _) => Find(span)?.HearFailure(exception),
    });

    /// <summary>
    /// Whether an unrecorded span of Quartz's is the decision of somebody else, rather than one that exists for our sake alone. A listener
    /// that wants no spans of
    /// this kind decides nothing. To be asked where nothing is ambient: the others' samplers are asked about a root, as they were for the
    /// span itself.
    /// </summary>
    public static bool AreDecidedByOthers() => Others.CreateActivity(OperationName.Job.Execute, ActivityKind.Internal) is not null;

    /// <summary>Starts to listen. The first call does; none costs anything after it.</summary>
    public static void Listen()
    {
    }

    private static Firing? Find(Activity span) =>
        span.OperationName == OperationName.Job.Execute && Executing.Current is { } context ? Firing.Find(context) : null;

    private static ActivitySamplingResult Sample(string operation)
    {
        if (operation != OperationName.Job.Execute)
        {
            SampledOutCallers.Notice(Activity.Current);
            return ActivitySamplingResult.None;
        }

        return Executing.Current is { } context && Firing.Find(context) is not null
            ? ActivitySamplingResult.PropagationData
            : ActivitySamplingResult.None;
    }
}
