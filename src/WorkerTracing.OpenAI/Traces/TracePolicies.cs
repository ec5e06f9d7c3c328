using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>Asks the selectors of the options, once for each job and export.</summary>
internal sealed class TracePolicies(OpenAIExporterOptions options, ILogger log)
{
    private readonly Dictionary<JobTrace, TracePolicy> _byJob = [];
    private readonly TracePolicy _default = new(null, options.IncludeContent, HasFailed: false);
    private readonly bool _hasSelectors = options.CredentialsSelector is not null || options.ContentSelector is not null;

    public TracePolicy Of(Activity span)
    {
        if (!_hasSelectors || TraceOwner.Of(span).Job is not { } job)
            return _default;
        if (_byJob.TryGetValue(job, out TracePolicy policy))
            return policy;
        return _byJob[job] = Select(job);
    }

    [SuppressMessage(
        "Design", "CA1031",
        Justification = "The boundary to the application's selectors: if one throws, the trace is not sent, or is sent without content.")]
    private TracePolicy Select(JobTrace job)
    {
        TracePolicy policy = _default;
        try
        {
            if (options.ContentSelector is { } content)
                policy = policy with { IncludeContent = content(job) };
        }
        catch (Exception exception)
        {
            Log.SelectorThrew(log, nameof(options.ContentSelector), exception.GetType().FullName);
            policy = policy with { IncludeContent = false };
        }

        try
        {
            if (options.CredentialsSelector is { } credentials)
                policy = policy with { Credentials = credentials(job) };
        }
        catch (Exception exception)
        {
            Log.SelectorThrew(log, nameof(options.CredentialsSelector), exception.GetType().FullName);
            policy = policy with { HasFailed = true };
        }

        return policy;
    }
}
