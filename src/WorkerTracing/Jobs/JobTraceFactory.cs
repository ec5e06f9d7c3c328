using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace WorkerTracing;

/// <summary>Makes the trace of a job that begins: its ambient scope, its span, then the trace.</summary>
internal sealed class JobTraceFactory(JobTracer tracer, JobSpanFactory spans, Callbacks callbacks)
{
    /// <summary>Begins the trace of a job.</summary>
    /// <param name="job">The job.</param>
    /// <param name="prepared">Its span, if that has started.</param>
    public JobTrace Start(JobInfo job, Activity? prepared)
    {
        JobTrace trace = Create(job, prepared);
        if (trace.IsRecorded)
        {
            Describe(trace);
            tracer.Abandoned.Open(trace);
            tracer.RunningReports.Add(trace);
        }

        if (!tracer.Observers.IsEmpty)
            tracer.Observers.OnStarted(trace);
        return trace;
    }

    /// <summary>Starts the span alone, and restores the ambient state.</summary>
    public Activity? StartSpan(JobInfo job)
    {
        var scope = JobScope.Capture();
        try
        {
            scope.EnterBaggage(BaggageOf(job));
            return scope.StartSpan(spans, job, DepthIn(Enclosing()));
        }
        finally
        {
            scope.Leave();
        }
    }

    /// <summary>Starts the span, then the trace. Restores the ambient state if one of them fails.</summary>
    private JobTrace Create(JobInfo job, Activity? prepared)
    {
        var scope = JobScope.Capture();
        try
        {
            JobTrace? enclosing = Enclosing();
            scope.EnterBaggage(BaggageOf(job));
            Activity? span = prepared is null ? scope.StartSpan(spans, job, DepthIn(enclosing)) : scope.EnterSpan(prepared);
            return new JobTrace(tracer, job, span, enclosing, scope);
        }
        catch
        {
            scope.Leave();
            throw;
        }
    }

    /// <summary>Records on the span of a recorded trace the facts of its job, and those that the application adds.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The boundary of a job's beginning: a span that lacks attributes is traced.")]
    private void Describe(JobTrace trace)
    {
        try
        {
            spans.Describe(trace.Activity!, trace.Job);
            callbacks.Run(nameof(WorkerTracingOptions.Enrich), tracer.Options.Enrich, trace, trace.Job);
            trace.ReleaseArguments();
        }
        catch (Exception exception)
        {
            callbacks.Report(nameof(JobTracer.Start), exception);
        }
    }

    private static JobTrace? Enclosing() =>
        JobScope.Current is { } around && around.Encloses(AmbientSpan.Current) ? around : null;

    private static int DepthIn(JobTrace? enclosing) => enclosing is null ? 0 : enclosing.Depth + 1;

    private Dictionary<string, string>? BaggageOf(JobInfo job) =>
        job.Baggage is null ? null : callbacks.Ask(nameof(job.Baggage), BaggageScope.Copy, job.Baggage, null);
}
