using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace WorkerTracing;

/// <summary>
/// Carries the beginning of a trace in its <c>tracestate</c>, as <c>worker_tracing=&lt;Unix time in milliseconds, hexadecimal&gt;</c>. So
/// every process that continues the trace knows its age, whatever queue the trace went through. The state of another vendor is not changed:
/// of such a trace, each process knows only when it saw it first.
/// </summary>
/// <remarks>Format: W3C Trace Context, section 3.3.1.</remarks>
internal static class TraceBeginning
{
    private const string Key = "worker_tracing=";

    /// <summary>Bounded: the table is cleared when it reaches this size.</summary>
    private const int MaxKnown = 4096;

    private static readonly ConcurrentDictionary<ActivityTraceId, DateTimeOffset> Known = new();
    private static Entry? _latest;

    /// <summary>Gets the beginning of the trace of a context, from its state or from what this process has seen of it.</summary>
    public static DateTimeOffset? Of(ActivityContext context)
    {
        if (context.TraceState is null)
            return null;
        return Find(context.TraceState) ?? (Known.TryGetValue(context.TraceId, out DateTimeOffset began) ? began : null);
    }

    /// <summary>Records the beginning of the trace of a span: in its state, or in this process if the state is another vendor's.</summary>
    public static void Record(Activity span, DateTimeOffset began)
    {
        if (span.TraceStateString is not { } state)
        {
            span.TraceStateString = Format(began.ToUnixTimeMilliseconds());
        }
        else if (Find(state) is null)
        {
            if (Known.Count >= MaxKnown)
                Known.Clear();
            Known.TryAdd(span.TraceId, began);
        }
    }

    /// <summary>Gets the beginning of a trace; null if its state does not say, or says nonsense.</summary>
    public static DateTimeOffset? Find(string? traceState)
    {
        if (traceState is null)
            return null;
        ReadOnlySpan<char> state = traceState;
        foreach (Range range in state.Split(','))
        {
            ReadOnlySpan<char> member = state[range].Trim();
            if (member.StartsWith(Key, StringComparison.Ordinal))
                return Parse(member[Key.Length..]);
        }

        return null;
    }

    private static DateTimeOffset? Parse(ReadOnlySpan<char> value) =>
        long.TryParse(value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long milliseconds)
        && milliseconds >= 0 && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : null;

    /// <summary>Jobs that begin in the same millisecond share the text.</summary>
    private static string Format(long milliseconds)
    {
        if (Volatile.Read(ref _latest) is { } latest && latest.Milliseconds == milliseconds)
            return latest.Text;
        var entry = new Entry(milliseconds, string.Create(CultureInfo.InvariantCulture, $"{Key}{milliseconds:x}"));
        Volatile.Write(ref _latest, entry);
        return entry.Text;
    }

    private sealed record Entry(long Milliseconds, string Text);
}
