using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace WorkerTracing;

/// <summary>The run of a job: its ambient scope, its time and its metrics, from its beginning to its end.</summary>
internal struct JobRun
{
    private readonly long _started;
    private readonly TimeSpan? _waited;
    private readonly bool _isCounted;
    private JobScope _scope;

    public JobRun(JobTracer tracer, JobInfo job, JobScope scope)
    {
        _started = tracer.Time.GetTimestamp();
        _waited = tracer.WaitOf(job);
        _isCounted = JobMetrics.Start(job);
        _scope = scope;
    }

    /// <summary>Returns the time since the start.</summary>
    public readonly TimeSpan Elapsed(JobTracer tracer) => tracer.Time.GetElapsedTime(_started);

    /// <summary>Ends the span with its outcome, restores the ambient state of the calling flow, and measures the run.</summary>
    /// <param name="trace">The job.</param>
    /// <param name="outcome">Its outcome.</param>
    /// <param name="isInside">Whether the calling flow is inside the job. Another flow keeps its ambient state.</param>
    /// <remarks>
    /// Each step runs whatever the steps before it have thrown. A span that the job has stopped itself has its outcome all the same, if it
    /// has not been exported yet.
    /// </remarks>
    public void End(JobTrace trace, JobOutcome outcome, bool isInside)
    {
        JobTracer tracer = trace.Tracer;
        if (trace.IsRecorded)
        {
            Try(tracer, trace, static trace => trace.Tracer.RunningReports.Remove(trace));
            Try(tracer, trace, static trace => LinkToAbandoned(trace));
            Try(tracer, (trace, outcome), static end => end.outcome.RecordOn(
                end.trace.Activity!, end.trace.IsFinalAttempt, end.trace.Tracer.Exceptions.OnSpan));
        }

        if (outcome.Exception is not null && tracer.Exceptions.InLog)
            Try(tracer, (trace, outcome), static end => end.trace.Tracer.LogFailure(end.trace.Job, end.outcome.Exception!));
        if (isInside)
            Leave(trace);
        else
            EndElsewhere(trace);
        if (_isCounted)
            JobMetrics.Stop(trace.Job);
        Try(tracer, (trace, outcome, run: this), static end => end.run.Measure(end.trace, end.outcome));
    }

    private readonly void Measure(JobTrace trace, JobOutcome outcome)
    {
        TimeSpan duration = trace.Tracer.Time.GetElapsedTime(_started);
        JobMetrics.End(trace.Job, outcome, _waited, duration);
        if (!trace.Tracer.Observers.IsEmpty)
            trace.Tracer.Observers.OnStopped(trace, new JobResult(outcome.Result, duration, outcome.Exception));
    }

    private void Leave(JobTrace trace)
    {
        StopSpan(trace);
        Try(trace.Tracer, _scope, static scope => scope.Leave());
        _scope = default; // a job whose task begins the next one, which begins the next, would keep all of them in memory
    }

    /// <summary>Ends the span on a flow that is not inside the job. The end makes another span current there, which is undone.</summary>
    private void EndElsewhere(JobTrace trace)
    {
        var ambient = AmbientActivity.Capture();
        ambient.KeepIfEnded();
        StopSpan(trace);
        Try(trace.Tracer, ambient, static ambient => ambient.Restore());
        _scope = default;
    }

    /// <summary>Ends the span. If a processor throws, those behind it have not seen the end: nothing confirms the span.</summary>
    private static void StopSpan(JobTrace trace)
    {
        if (!Try(trace.Tracer, trace, static trace => trace.Activity?.Stop()) && trace.Segment is not null)
            Try(trace.Tracer, trace, static trace => trace.Tracer.Flusher.OnStopFailed(trace.Segment!, trace.Activity!));
        if (trace.IsRecorded)
            Try(trace.Tracer, trace, static trace => trace.Tracer.Abandoned.Forget(trace.Activity!));
    }

    /// <summary>Links to the attempt that ended with its process, where it was found after this one had started.</summary>
    private static void LinkToAbandoned(JobTrace trace)
    {
        ActivityContext before = trace.Tracer.Abandoned.Take(trace.Job);
        if (before != default && !trace.Activity!.Links.Any(link => link.Context.SpanId == before.SpanId))
            trace.Activity.AddLink(JobLinks.PreviousAttempt(before));
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary of a job's end: the job has its result, whatever its exception, a "
        + "processor, a listener or the clock makes of it.")]
    private static bool Try<TArgument>(JobTracer tracer, TArgument argument, Action<TArgument> step)
    {
        try
        {
            step(argument);
            return true;
        }
        catch (Exception exception)
        {
            tracer.ReportFailure(nameof(JobTrace.Stop), exception);
            return false;
        }
    }
}
