using System.Diagnostics;
using System.Net;
using Hangfire.Common;
using Hangfire.Dashboard;

namespace WorkerTracing;

/// <summary>The section on a job's page of the dashboard that names its trace.</summary>
internal sealed class JobDetails
{
    private const string TraceId = "{traceId}";

    private readonly string? _urlTemplate;

    public JobDetails(string? urlTemplate)
    {
        if (urlTemplate is not null && !IsLink(urlTemplate))
        {
            throw new ArgumentException(
                $"The template has to be an absolute http or https address with {TraceId} in it, and is '{urlTemplate}'.",
                nameof(urlTemplate));
        }

        _urlTemplate = urlTemplate;
    }

    public NonEscapedString Render(JobDetailsRendererDto page)
    {
        if (!page.JobDetails.Properties.TryGetValue(JobParameter.Trace, out string? stored)
            || !ActivityContext.TryParse(
                SerializationHelper.Deserialize<string>(stored, SerializationOption.User),
                null,
                out ActivityContext span))
            return new NonEscapedString(string.Empty);

        string id = span.TraceId.ToHexString();
        string shown = _urlTemplate is null
            ? id
            : $"<a href=\"{WebUtility.HtmlEncode(_urlTemplate.Replace(TraceId, id, StringComparison.Ordinal))}\">{id}</a>";
        return new NonEscapedString($"<h3>Trace</h3><pre><code>{shown}</code></pre>");
    }

    private static bool IsLink(string template) =>
        template.Contains(TraceId, StringComparison.Ordinal)
        && Uri.TryCreate(template.Replace(TraceId, "0", StringComparison.Ordinal), UriKind.Absolute, out Uri? address)
        && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps);
}
