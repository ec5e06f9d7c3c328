using System.Diagnostics;
using System.Globalization;

namespace WorkerTracing;

/// <summary>The line that the console shows for the report of a running job: its trace is written as a tree when it ends.</summary>
internal static class RunningJobLine
{
    /// <summary>Returns the line, or null for every other span.</summary>
    public static string? Of(Activity span)
    {
        if (span.GetTagItem(SpanAttributes.RunningFor) is not long milliseconds || span.Source.Name != InstrumentationScope.Name)
            return null;
        string line = string.Create(
            CultureInfo.InvariantCulture,
            $"trace {span.TraceId}  {ShownSpan.Clean(span.DisplayName)} for {milliseconds / 1000.0:0.0} s");
        if (span.GetTagItem(SpanAttributes.ProgressCompleted) is double completed)
        {
            line += span.GetTagItem(SpanAttributes.ProgressTotal) is double total
                ? string.Create(CultureInfo.InvariantCulture, $"  {completed:0.##} of {total:0.##}")
                : string.Create(CultureInfo.InvariantCulture, $"  {completed:0.##}");
        }

        if (span.GetTagItem(SpanAttributes.ProgressMessage) is string message)
            line += "  " + ShownSpan.Clean(message);
        return line + "\n";
    }
}
