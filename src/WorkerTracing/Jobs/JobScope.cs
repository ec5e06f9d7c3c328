using System.Diagnostics;

namespace WorkerTracing;

/// <summary>The ambient state of a job on a flow: the current job, the current span and the baggage.</summary>
internal struct JobScope
{
    private static readonly AsyncLocal<JobTrace?> Ambient = new();

    private JobTrace? _jobBefore;
    private AmbientActivity _spanBefore;
    private BaggageScope _baggage;

    /// <summary>Gets the job that the calling flow is in or came from, ended or not.</summary>
    public static JobTrace? OfFlow => Ambient.Value;

    /// <summary>Gets the innermost job of the calling flow that has not ended.</summary>
    public static JobTrace? Current
    {
        get
        {
            JobTrace? trace = Ambient.Value;
            return trace is { IsStopped: true } ? trace.Enclosing : trace;
        }
    }

    /// <summary>Remembers the state of the calling flow.</summary>
    public static JobScope Capture() => new() { _jobBefore = Ambient.Value, _spanBefore = AmbientActivity.Capture() };

    /// <summary>Sets the baggage of the job: before its span starts, so that processors see it.</summary>
    public void EnterBaggage(Dictionary<string, string>? baggage) => _baggage = BaggageScope.Enter(baggage);

    /// <summary>Starts the span of the job, which becomes the current one.</summary>
    /// <param name="spans">Makes the span.</param>
    /// <param name="job">The job.</param>
    /// <param name="depth">How many jobs enclose the job.</param>
    /// <returns>Null where the job has no span.</returns>
    public Activity? StartSpan(JobSpanFactory spans, JobInfo job, int depth) => spans.Start(job, depth, ref _spanBefore);

    /// <summary>Makes the span of the job current, which has started before.</summary>
    public Activity EnterSpan(Activity span)
    {
        _spanBefore.Replace(span);
        return span;
    }

    /// <summary>Makes the job the current one.</summary>
    public static void Enter(JobTrace trace) => Ambient.Value = trace;

    /// <summary>Restores the state of the calling flow from before the job.</summary>
    public readonly void Leave()
    {
        if (!ReferenceEquals(Ambient.Value, _jobBefore))
            Ambient.Value = _jobBefore;
        _baggage.Leave();
        _spanBefore.Restore(); // last: the application's handlers of Activity.CurrentChanged run in it
    }
}
