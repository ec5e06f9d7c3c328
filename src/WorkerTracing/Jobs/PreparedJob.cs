using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace WorkerTracing;

/// <summary>
/// A job whose span has started, and which itself has not: what <see cref="JobTracer.Prepare"/> returns. For a framework that stores the
/// context of the span with the change that makes the job run.
/// </summary>
/// <remarks>
/// One that is neither started nor discarded leaves nothing behind: its span is not exported. Not safe for concurrent use.
/// </remarks>
public sealed class PreparedJob
{
    private readonly JobTracer _tracer;
    private readonly JobInfo _job;
    private Activity? _span;

    internal PreparedJob(JobTracer tracer, JobInfo job, Activity? span)
    {
        _tracer = tracer;
        _job = job;
        _span = span;
        if (span is { Recorded: true, IsAllDataRequested: true })
            Context = span.Context;
    }

    /// <summary>Gets the context of the span; the default where it is not recorded.</summary>
    public ActivityContext Context { get; }

    /// <summary>
    /// Begins the trace of the job with the prepared span, as <see cref="JobTracer.Start"/> does. A further call, and one after
    /// <see cref="Discard"/>, starts another span.
    /// </summary>
    /// <returns>The running trace.</returns>
    public JobTrace Start() => _tracer.Begin(_job, TakeSpan());

    /// <summary>The job does not run. Ends the span, which is not recorded, and leaves the ambient span of the calling flow as it is.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The boundary to processors and listeners: what they throw is counted.")]
    public void Discard()
    {
        if (TakeSpan() is not { } span)
            return;
        var ambient = AmbientActivity.Capture();
        try
        {
            ambient.KeepIfEnded();
            span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            span.Stop();
        }
        catch (Exception exception)
        {
            _tracer.ReportFailure(nameof(Discard), exception);
        }

        ambient.Restore();
    }

    private Activity? TakeSpan()
    {
        Activity? span = _span;
        _span = null;
        return span;
    }
}
