namespace WorkerTracing;

/// <summary>Computes the delay before a retry.</summary>
internal static class RetryBackoff
{
    /// <param name="options">The first and the longest delay.</param>
    /// <param name="retry">The number of the retry, from 0.</param>
    /// <param name="asked">The delay that the service asks for. It can lengthen the delay, up to the longest.</param>
    /// <param name="random">From 0 to 1: the part of the jitter, a tenth of the delay, that is added.</param>
    public static TimeSpan Delay(OpenAIExporterOptions options, int retry, TimeSpan? asked, double random)
    {
        TimeSpan doubled = options.BaseDelay * Math.Pow(2, Math.Min(retry, 30));
        TimeSpan own = (doubled < options.MaxDelay ? doubled : options.MaxDelay) * (1 + (0.1 * random));
        TimeSpan longer = asked > own ? asked.Value : own;
        return longer < options.MaxDelay ? longer : options.MaxDelay;
    }
}
