namespace WorkerTracing;

/// <summary>Makes the address of a trace in another viewer from <see cref="WorkerTracingDashboardOptions.TraceUrl"/>.</summary>
internal static class TraceLink
{
    public const string Placeholder = "{traceId}";

    public static string To(string template, string traceId) => template.Replace(Placeholder, traceId, StringComparison.Ordinal);
}
