using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Quartz;

namespace WorkerTracing;

/// <summary>
/// Listens to Quartz's own activity source, once for the process. The callbacks run on the flow that runs the job, so a span that they make
/// ambient is ambient in the job. Nothing else in Quartz offers that to a listener that is attached to an existing scheduler.
/// </summary>
internal static class QuartzSpans
{
    /// <summary>A second source of Quartz's name, which this class does not listen to: it has listeners if the application's want Quartz's spans.</summary>
    private static readonly ActivitySource Others = new(QuartzInstrumentation.ActivitySourceName);

    // The accessor reads the flow and not its container, so that of any container serves. This one builds nothing else.
    private static readonly IJobExecutionContextAccessor Executing =
        new ServiceCollection().AddQuartz().BuildServiceProvider().GetRequiredService<IJobExecutionContextAccessor>();

    // Set by Decisions for the span that this thread is creating, read when that span starts.
    [ThreadStatic]
    private static bool _isDecided;

    private static ActivityListener? _decisions;

    static QuartzSpans() => ActivitySource.AddActivityListener(new ActivityListener
    {
        ShouldListenTo = IsQuartz,
        Sample = static (ref options) => Sample(options.Name),
        ActivityStarted = Start,
        ActivityStopped = static span => Find(span)?.EndAttempt(),
        ExceptionRecorder = RecordException,
    });

    /// <summary>
    /// Starts to listen. Each call moves the listener that observes the application's decisions behind all that exist: behind those of the
    /// caller's TracerProvider above all.
    /// </summary>
    public static void Listen()
    {
        var decisions = new ActivityListener { ShouldListenTo = IsQuartz, Sample = NoteDecision };
        ActivitySource.AddActivityListener(decisions);
        Interlocked.Exchange(ref _decisions, decisions)?.Dispose();
    }

    private static bool IsQuartz(ActivitySource source) => source.Name == QuartzInstrumentation.ActivitySourceName && source != Others;

    private static Firing? Find(Activity span) =>
        span.OperationName == OperationName.Job.Execute && Executing.Current is { } context ? Firing.Find(context) : null;

    private static void Start(Activity span)
    {
        if (Find(span) is { } firing)
            firing.BeginAttempt(span, span.Recorded || _isDecided);
        else if (StoresTrigger(span.OperationName))
            RunLinks.NoteStored(span.GetTagItem(ActivityTags.TriggerName) as string, span.GetTagItem(ActivityTags.TriggerGroup) as string);
    }

    /// <summary>
    /// Notes the exception of an attempt, and keeps the formatting of it from Quartz. Quartz records the exception on its span, and would
    /// drop the firing if the exception's own text threw.
    /// </summary>
    private static void RecordException(Activity span, Exception exception, ref TagList tags)
    {
        if (Find(span) is not { } firing)
            return;
        firing.NoteException(exception);
        ExceptionText.Describe(firing.Boundary, span, exception, ref tags);
    }

    /// <summary>
    /// Returns true for the operations by which a listener chains a job to the one that has ended. Their span names the trigger before it
    /// is stored; <c>JobScheduled</c> can come after the trigger's job has run.
    /// </summary>
    private static bool StoresTrigger(string operation) =>
        operation is OperationName.JobStore.AddTrigger or OperationName.JobStore.ScheduleJob;

    private static ActivitySamplingResult Sample(string operation)
    {
        if (operation != OperationName.Job.Execute)
        {
            SampledOutCallers.Notice(Activity.Current);
            return RunLinks.IsAfterAttempt && StoresTrigger(operation) ? ActivitySamplingResult.AllData : ActivitySamplingResult.None;
        }

        _isDecided = false;
        return Executing.Current is { } context && Firing.Find(context) is not null
            ? ActivitySamplingResult.PropagationData
            : ActivitySamplingResult.None;
    }

    /// <summary>
    /// Notes whether a sampler of the application has been asked about Quartz's span. A span that no sampler recorded is either sampled out
    /// or exists only because this library listens, and looks the same. But a sampler is given the trace id, which is generated when it is
    /// first read; if none has read it, two copies of the options generate different ones. So the application's sampler is asked once.
    /// </summary>
    private static ActivitySamplingResult NoteDecision(ref ActivityCreationOptions<ActivityContext> options)
    {
        if (options.Name == OperationName.Job.Execute && Others.HasListeners())
        {
            ActivityCreationOptions<ActivityContext> first = options;
            ActivityCreationOptions<ActivityContext> second = options;
            _isDecided = first.TraceId == second.TraceId;
        }

        return ActivitySamplingResult.None;
    }
}
