using System.Globalization;
using System.Text;

namespace WorkerTracing;

/// <summary>Draws the spans of a trace as a tree: name, duration, attributes, links and events.</summary>
internal static class SpanTree
{
    private const int LineLength = 110;

    /// <summary>
    /// The deepest indent. A tree of thousands of levels would be wider than a terminal, and its size would grow with the square of its depth.
    /// </summary>
    private const int LongestIndent = 32 * 3;

    /// <summary>Draws a trace.</summary>
    /// <param name="heading">The first line.</param>
    /// <param name="spans">Its spans.</param>
    public static string Render(string heading, IReadOnlyList<ShownSpan> spans)
    {
        var text = new StringBuilder();
        var ids = spans.Select(static span => span.SpanId).ToHashSet();
        ILookup<string, ShownSpan> children = spans.OrderBy(static span => span.Start).ToLookup(static span => span.ParentSpanId);
        text.Append(heading).Append('\n');
        ShownSpan[] roots = [.. spans.Where(span => !ids.Contains(span.ParentSpanId)).OrderBy(static span => span.Start)];
        // A stack on the heap: a trace can be thousands of spans deep.
        var left = new Stack<(ShownSpan Span, string Indent, bool IsLast)>();
        Push(left, roots, "");
        while (left.TryPop(out (ShownSpan Span, string Indent, bool IsLast) next))
        {
            ShownSpan[] below = [.. children[next.Span.SpanId]];
            string inner = next.Indent.Length < LongestIndent ? next.Indent + (next.IsLast ? "   " : "│  ") : next.Indent;
            Append(text, next.Span, next.Indent, next.IsLast, inner + (below.Length > 0 ? "│    " : "     "));
            Push(left, below, inner);
        }

        return text.ToString();
    }

    private static void Push(Stack<(ShownSpan Span, string Indent, bool IsLast)> left, ShownSpan[] spans, string indent)
    {
        for (int i = spans.Length - 1; i >= 0; i--)
            left.Push((spans[i], indent, i == spans.Length - 1));
    }

    private static void Append(StringBuilder text, ShownSpan span, string indent, bool isLast, string detail)
    {
        text.Append(indent).Append(isLast ? "└─ " : "├─ ").Append(span.Name);
        text.Append(CultureInfo.InvariantCulture, $"  {ShownSpan.Time(span.Duration)}{span.Job}");
        if (span.Error is not null)
            text.Append("  ERROR ").Append(span.Error);
        text.Append('\n');

        AppendWrapped(text, span.Attributes, detail);
        foreach (string line in span.Details)
            text.Append(detail).Append(line).Append('\n');
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
}
