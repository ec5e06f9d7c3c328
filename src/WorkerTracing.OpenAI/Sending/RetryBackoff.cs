namespace WorkerTracing;

/// <summary>How long to wait before a retry.</summary>
internal static class RetryBackoff
{
    /// <param name="options">The first and the longest wait.</param>
    /// <param name="retry">Which retry it is, from 0.</param>
    /// <param name="asked">What the service asks for; it can make the wait longer, up to the longest.</param>
    /// <param name="random">From 0 to 1: which part of the jitter, a tenth of the wait, is added.</param>
    public static TimeSpan Delay(OpenAIExporterOptions options, int retry, TimeSpan? asked, double random)
    {
        TimeSpan doubled = options.BaseDelay * Math.Pow(2, Math.Min(retry, 30));
        TimeSpan own = (doubled < options.MaxDelay ? doubled : options.MaxDelay) * (1 + (0.1 * random));
        TimeSpan longer = asked > own ? asked.Value : own;
        return longer < options.MaxDelay ? longer : options.MaxDelay;
    }
}
