using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// The source of the name, group and metadata of a trace: the outermost job that a span is in, or, without a job, the topmost recorded span
/// of this process above it.
/// </summary>
/// <param name="Span">The job's own span, or the local root.</param>
/// <param name="Job">The job, if there is one.</param>
internal readonly record struct TraceOwner(Activity Span, JobTrace? Job)
{
    public static TraceOwner Of(Activity span)
    {
        JobTrace? outermost = null;
        var job = JobTrace.Of(span);
        while (job is { Activity: { } own } && own.TraceId == span.TraceId)
        {
            outermost = job;
            job = own.Parent is { } above ? JobTrace.Of(above) : null;
        }
        if (outermost is not null)
            return new TraceOwner(outermost.Activity!, outermost);

        Activity root = span;
        for (Activity? above = span.Parent; above is not null && above.TraceId == span.TraceId; above = above.Parent)
        {
            if (above.Recorded)
                root = above;
        }
        return new TraceOwner(root, null);
    }
}
