using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace WorkerTracing;

/// <summary>Makes the trace of a job that begins: its ambient scope, its span, then the trace.</summary>
internal sealed class JobTraceFactory(JobTracer tracer, JobSpanFactory spans, Callbacks callbacks)
{
    /// <summary>Starts the span, then the trace. Restores the ambient state if one of them fails.</summary>
    public JobTrace Create(JobInfo job)
    {
        var scope = JobScope.Capture();
        try
        {
            JobTrace? enclosing = JobScope.Current is { } around && around.Encloses(AmbientSpan.Current) ? around : null;
            scope.EnterBaggage(BaggageOf(job));
            Activity? span = scope.StartSpan(spans, job, enclosing is null ? 0 : enclosing.Depth + 1);
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
    public void Describe(JobTrace trace)
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

    private Dictionary<string, string>? BaggageOf(JobInfo job) =>
        job.Baggage is null ? null : callbacks.Ask(nameof(job.Baggage), BaggageScope.Copy, job.Baggage, null);
}
