namespace WorkerTracing;

/// <summary>The attributes of the span that reports a running job.</summary>
internal static class RunningJobAttributes
{
    public static List<KeyValuePair<string, object?>> Of(JobTrace job)
    {
        List<KeyValuePair<string, object?>> attributes = [new(SpanAttributes.RunningFor, (long)job.RunningFor.TotalMilliseconds)];
        if (job.Progress is not { } progress)
            return attributes;
        attributes.Add(new(SpanAttributes.ProgressCompleted, progress.Completed));
        if (progress.Total is { } total)
            attributes.Add(new(SpanAttributes.ProgressTotal, total));
        if (progress.Message is { } message)
            attributes.Add(new(SpanAttributes.ProgressMessage, message));
        return attributes;
    }
}
