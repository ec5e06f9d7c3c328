using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>What the exporter knows about one key: the traces that were sent with it, and how the service has answered.</summary>
internal sealed class KeyState
{
    private const int RememberedTraces = 32 * 1024;

    private volatile bool _isContentForbidden;

    public KeyState(ILogger log, TimeProvider time, string? name)
    {
        Failures = new IngestFailureLog(log, time, name);
        Sender = new RequestSender(Failures, time);
    }

    public AnnouncedTraces Announced { get; } = new(RememberedTraces);

    public IngestFailureLog Failures { get; }

    public RequestSender Sender { get; }

    public RetryBudget Retries { get; } = new();

    /// <summary>Gets or sets whether the key's organization does not let its data be kept: then no content is sent.</summary>
    public bool IsContentForbidden
    {
        get => _isContentForbidden;
        set => _isContentForbidden = value;
    }
}
