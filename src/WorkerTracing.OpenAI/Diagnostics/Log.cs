using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>The log messages of the OpenAI exporter, category <c>WorkerTracing.OpenAI</c>. Event ids 400 to 499.</summary>
internal static partial class Log
{
    [LoggerMessage(
        400,
        LogLevel.Warning,
        "There is no API key for the OpenAI Traces dashboard: spans are dropped. "
            + "Set OpenAIExporterOptions.ApiKey or the variable OPENAI_API_KEY.")]
    public static partial void NoKey(ILogger logger);

    [LoggerMessage(
        401,
        LogLevel.Error,
        "The OpenAI Traces dashboard refused the API key with status {Status} (credentials: {Credentials}). "
            + "Check OpenAIExporterOptions.ApiKey or OPENAI_API_KEY, "
            + "that the key belongs to the organization and project that are set, and that it may write traces. "
            + "Spans wait for a corrected key while there is room.")]
    public static partial void KeyRefused(ILogger logger, int status, string credentials);

    [LoggerMessage(
        402,
        LogLevel.Error,
        "The API key for the OpenAI Traces dashboard contains characters that no key has (credentials: {Credentials}). "
            + "Check OpenAIExporterOptions.ApiKey or OPENAI_API_KEY. Spans wait for a corrected key while there is room.")]
    public static partial void KeyMalformed(ILogger logger, string credentials);

    [LoggerMessage(
        403,
        LogLevel.Warning,
        "The OpenAI Traces dashboard did not accept {Items} items: {Answer}. They stay queued while there is room.")]
    public static partial void Postponed(ILogger logger, string answer, int items);

    [LoggerMessage(
        404,
        LogLevel.Error,
        "The OpenAI Traces dashboard does not accept {Items} items: {Answer}. They are dropped. Check OpenAIExporterOptions.Endpoint.")]
    public static partial void Lost(ILogger logger, string answer, int items);

    [LoggerMessage(
        405,
        LogLevel.Warning,
        "The OpenAI Traces dashboard refused a span with status {Status}; it alone is dropped: {Name}, trace {TraceId}, span {SpanId}.")]
    public static partial void SpanRefused(ILogger logger, int status, string name, string traceId, string spanId);

    [LoggerMessage(
        406,
        LogLevel.Warning,
        "The OpenAI Traces dashboard refused the name, group or metadata of trace {TraceId} with status {Status}; "
            + "its spans are sent without.")]
    public static partial void TraceRefused(ILogger logger, int status, string traceId);

    [LoggerMessage(
        407,
        LogLevel.Warning,
        "{Spans} spans for the OpenAI Traces dashboard are dropped: their export failed and could be retried, "
            + "but this processor keeps no spans. Use a BatchTraceProcessor.")]
    public static partial void NotKept(ILogger logger, int spans);

    [LoggerMessage(
        408,
        LogLevel.Information,
        "The variable OPENAI_AGENTS_DISABLE_TRACING is set: nothing is sent to the OpenAI Traces dashboard.")]
    public static partial void Disabled(ILogger logger);

    [LoggerMessage(
        409,
        LogLevel.Error,
        "The changed options of the OpenAI exporter are not valid. The previous options stay in force. {Failures}")]
    public static partial void OptionsRefused(ILogger logger, string failures);

    [LoggerMessage(
        410,
        LogLevel.Information,
        "The OpenAI Traces dashboard accepts items again after {Outage}: {Requests} requests had failed, {Lost} spans were lost.")]
    public static partial void Recovered(ILogger logger, TimeSpan outage, int requests, long lost);

    [LoggerMessage(
        411,
        LogLevel.Error,
        "The OpenAI Traces dashboard answered 403 zdr_forbidden (credentials: {Credentials}): the organization has zero data retention. "
            + "The key is not at fault. From now on its spans are sent without content. "
            + "If the service refuses those too, remove the exporter for this organization.")]
    public static partial void ContentForbidden(ILogger logger, string credentials);

    [LoggerMessage(
        412,
        LogLevel.Warning,
        "OPENAI_BASE_URL is {BaseUrl}, but traces are sent to {Endpoint}. Set OpenAIExporterOptions.Endpoint to send them elsewhere.")]
    public static partial void OtherBaseUrl(ILogger logger, string baseUrl, Uri endpoint);

    [LoggerMessage(
        413,
        LogLevel.Error,
        "{Selector} threw a {Exception}. A trace without credentials is dropped; "
            + "a trace without a decision on content is sent without content.")]
    public static partial void SelectorThrew(ILogger logger, string selector, string? exception);

    [LoggerMessage(
        414,
        LogLevel.Warning,
        "The flight recorder does not keep traces whose credentials have no name: a later process could not find their key. "
            + "Set OpenAICredentials.Name, and OpenAIExporterOptions.CredentialsResolver.")]
    public static partial void NotRecorded(ILogger logger);

    [LoggerMessage(
        415,
        LogLevel.Error,
        "There are no credentials named {Credentials}: recorded spans for the OpenAI Traces dashboard are dropped. "
            + "Set OpenAIExporterOptions.CredentialsResolver.")]
    public static partial void NameUnresolved(ILogger logger, string credentials);
}
