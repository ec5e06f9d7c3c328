namespace WorkerTracing;

/// <summary>
/// The signals that carry the exception of a failed job, by <c>OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN</c>: <c>logs</c> moves it from the
/// span to a log record, <c>logs/dup</c> keeps both.
/// </summary>
/// <param name="OnSpan">Whether the span has an event <c>exception</c>.</param>
/// <param name="InLog">Whether a log record carries the exception.</param>
internal readonly record struct ExceptionSignals(bool OnSpan, bool InLog)
{
    public const string Variable = "OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN";

    /// <summary>Reads the value: a list with commas. Unknown values are ignored, as the specification demands.</summary>
    public static ExceptionSignals Parse(string? value)
    {
        string[] signals = value?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        bool both = signals.Contains("logs/dup", StringComparer.OrdinalIgnoreCase);
        bool logs = signals.Contains("logs", StringComparer.OrdinalIgnoreCase);
        return new ExceptionSignals(OnSpan: both || !logs, InLog: both || logs);
    }
}
