using System.Globalization;

namespace WorkerTracing;

/// <summary>
/// Carries the beginning of a trace in its <c>tracestate</c>, as <c>worker_tracing=&lt;Unix time in milliseconds, hexadecimal&gt;</c>. So
/// every process that continues the trace knows its age, whatever queue the trace went through.
/// </summary>
/// <remarks>Format: W3C Trace Context, section 3.3.1.</remarks>
internal static class TraceBeginning
{
    private const string Key = "worker_tracing=";

    /// <summary>The longest tracestate that every vendor must propagate (W3C Trace Context, section 3.3.1.5).</summary>
    private const int LongestState = 512;

    private static Entry? _latest;

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

    /// <summary>Gets a trace's state with its beginning. The state is unchanged if the result would be too long.</summary>
    public static string Add(string? traceState, DateTimeOffset began)
    {
        string own = Format(began.ToUnixTimeMilliseconds());
        if (string.IsNullOrEmpty(traceState))
            return own;
        return own.Length + 1 + traceState.Length <= LongestState ? $"{own},{traceState}" : traceState;
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
