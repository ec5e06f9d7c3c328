using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Hangfire.Common;
using Hangfire.Dashboard;

namespace WorkerTracing;

/// <summary>The section on a job's page of the dashboard that shows the trace of its last attempt.</summary>
internal sealed class JobDetails
{
    private const string TraceId = "{traceId}";

    // Hangfire keeps its renderers for the life of the process, and adds one as often as it is given.
    private static readonly ConcurrentDictionary<string, JobDetails> Shown = new();

    private readonly string? _urlTemplate;

    public JobDetails(string? urlTemplate)
    {
        if (urlTemplate is not null && !IsLink(urlTemplate))
        {
            throw new ArgumentException(
                $"The template must be an http or https address, or a path that begins with one slash, with {TraceId} in it. "
                    + $"It is '{urlTemplate}'.",
                nameof(urlTemplate));
        }

        _urlTemplate = urlTemplate;
    }

    /// <summary>Returns true for the first call with a template, false for a further one with the same template.</summary>
    public bool TryShow() => Shown.TryAdd(_urlTemplate ?? string.Empty, this);

    public NonEscapedString Render(JobDetailsRendererDto page)
    {
        if (!ActivityContext.TryParse(LastSpan(page.JobDetails.Properties), null, out ActivityContext span))
            return new NonEscapedString(string.Empty);

        string id = span.TraceId.ToHexString();
        string shown = _urlTemplate is null
            ? id
            : $"<a href=\"{WebUtility.HtmlEncode(_urlTemplate.Replace(TraceId, id, StringComparison.Ordinal))}\">{id}</a>";
        return new NonEscapedString($"<h3>Trace</h3><pre><code>{shown}</code></pre>");
    }

    private static string? LastSpan(IDictionary<string, string> parameters) =>
        StoredJob.Parse(Text(parameters, JobParameter.Job))?.PreviousSpan ?? Text(parameters, JobParameter.Version01Trace);

    private static string? Text(IDictionary<string, string> parameters, string name) =>
        parameters.TryGetValue(name, out string? stored)
            ? SerializationHelper.Deserialize<string>(stored, SerializationOption.User)
            : null;

    private static bool IsLink(string template) =>
        template.Contains(TraceId, StringComparison.Ordinal)
        && (IsPath(template)
            || (Uri.TryCreate(template.Replace(TraceId, "0", StringComparison.Ordinal), UriKind.Absolute, out Uri? address)
                && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)));

    /// <summary>Returns true for a path on the dashboard's own host. A browser reads <c>//</c> and <c>/\</c> as another host.</summary>
    private static bool IsPath(string template) =>
        template.StartsWith('/') && template is not ['/', '/' or '\\', ..];
}
