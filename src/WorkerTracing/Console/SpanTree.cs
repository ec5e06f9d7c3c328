using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace WorkerTracing;

/// <summary>Draws the spans of a trace as a tree: name, duration, attributes, links and events.</summary>
internal static class SpanTree
{
    private const int LongestValue = 120;
    private const int LineLength = 110;

    /// <summary>
    /// The deepest indent. A tree of thousands of levels would be wider than a terminal, and its size would grow with the square of its depth.
    /// </summary>
    private const int LongestIndent = 32 * 3;

    public static string Render(ActivityTraceId trace, IReadOnlyList<Activity> spans)
    {
        var text = new StringBuilder();
        var ids = spans.Select(static span => span.SpanId).ToHashSet();
        ILookup<ActivitySpanId, Activity> children = spans.OrderBy(static span => span.StartTimeUtc)
            .ToLookup(static span => span.ParentSpanId);
        text.Append(CultureInfo.InvariantCulture, $"trace {trace}\n");
        Activity[] roots = [.. spans.Where(span => !ids.Contains(span.ParentSpanId)).OrderBy(static span => span.StartTimeUtc)];
        // A stack on the heap: a trace can be thousands of spans deep.
        var left = new Stack<(Activity Span, string Indent, bool IsLast)>();
        Push(left, roots, "");
        while (left.TryPop(out (Activity Span, string Indent, bool IsLast) next))
        {
            Activity[] below = [.. children[next.Span.SpanId]];
            string inner = next.Indent.Length < LongestIndent ? next.Indent + (next.IsLast ? "   " : "│  ") : next.Indent;
            Append(text, next.Span, next.Indent, next.IsLast, inner + (below.Length > 0 ? "│    " : "     "));
            Push(left, below, inner);
        }

        return text.ToString();
    }

    private static void Push(Stack<(Activity Span, string Indent, bool IsLast)> left, Activity[] spans, string indent)
    {
        for (int i = spans.Length - 1; i >= 0; i--)
            left.Push((spans[i], indent, i == spans.Length - 1));
    }

    private static void Append(StringBuilder text, Activity span, string indent, bool isLast, string detail)
    {
        text.Append(indent).Append(isLast ? "└─ " : "├─ ").Append(Clean(span.DisplayName));
        text.Append(CultureInfo.InvariantCulture, $"  {Duration(span.Duration)}");
        AppendJob(text, span);
        if (span.Status == ActivityStatusCode.Error)
            text.Append("  ERROR ").Append(Clean(span.StatusDescription));
        text.Append('\n');

        AppendWrapped(text, span.TagObjects.Select(static tag => $"{Clean(tag.Key)}={Clean(TextOf(tag.Value))}"), detail);
        foreach (ActivityLink link in span.Links)
            text.Append(CultureInfo.InvariantCulture, $"{detail}links to {link.Context.TraceId}/{link.Context.SpanId}\n");
        foreach (ActivityEvent note in span.Events)
            text.Append(
                CultureInfo.InvariantCulture,
                $"{detail}+{Duration(note.Timestamp.UtcDateTime - span.StartTimeUtc)} {Clean(note.Name)}\n");
    }

    /// <summary>Appends what tells the attempts of a job apart: the number from 2 on, a wait of a second or more, a cancellation.</summary>
    private static void AppendJob(StringBuilder text, Activity span)
    {
        if (span.GetTagItem(SpanAttributes.Attempt) is int attempt and > 1)
            text.Append(CultureInfo.InvariantCulture, $"  attempt {attempt}");
        if (span.GetTagItem(SpanAttributes.Wait) is long wait and >= 1000)
            text.Append(CultureInfo.InvariantCulture, $"  waited {Duration(TimeSpan.FromMilliseconds(wait))}");
        if (span.GetTagItem(SpanAttributes.Result) is SpanAttributes.Cancellation)
            text.Append("  canceled");
    }

    private static void AppendWrapped(StringBuilder text, IEnumerable<string> attributes, string indent)
    {
        int column = 0;
        foreach (string attribute in attributes)
        {
            bool fits = column > 0 && column + attribute.Length < LineLength;
            text.Append(fits ? "  " : column > 0 ? "\n" + indent : indent).Append(attribute);
            column = fits ? column + 2 + attribute.Length : indent.Length + attribute.Length;
        }

        if (column > 0)
            text.Append('\n');
    }

    [SuppressMessage("Design", "CA1031", Justification = "Foreign code ran: a ToString. Its failure is the value's alone.")]
    private static string? TextOf(object? value)
    {
        try
        {
            return Convert.ToString(value, CultureInfo.InvariantCulture);
        }
        catch (Exception exception)
        {
            return $"({exception.GetType().Name})";
        }
    }

    private static string Duration(TimeSpan time) => time < TimeSpan.FromSeconds(1)
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.0} ms")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.00} s");

    /// <summary>Returns the text on one line, cut and without control characters, so that a span's name cannot change the terminal.</summary>
    public static string Clean(string? value)
    {
        if (string.IsNullOrEmpty(value))
            return "";
        string cut = value.Length <= LongestValue ? value : value[..LongestValue] + "…";
        return string.Create(cut.Length, cut, static (line, source) =>
        {
            for (int i = 0; i < source.Length; i++)
                line[i] = char.IsControl(source[i]) ? ' ' : source[i];
        });
    }
}
