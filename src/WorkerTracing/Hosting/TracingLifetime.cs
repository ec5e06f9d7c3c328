using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OpenTelemetry.Trace;

namespace WorkerTracing;

/// <summary>
/// Builds the TracerProvider before any hosted service starts, and makes the last flush after all of them have stopped. Only
/// <see cref="StoppedAsync"/> runs after every hosted service, whatever the order of registration.
/// </summary>
internal sealed class TracingLifetime(
    TracerProvider provider,
    JobTracer tracer,
    IOptions<WorkerTracingOptions> options,
    StartupReport report,
    RateLimitedLogger log,
    TimeProvider time) : IHostedLifecycleService
{
    /// <summary>
    /// The time of the last flush if the host's own deadline has passed: a service that outlived it has just ended its last spans.
    /// </summary>
    private static readonly TimeSpan LastDrain = TimeSpan.FromSeconds(1);

    /// <summary>How long the start waits for the flight recorders to read what ended processes have left.</summary>
    private static readonly TimeSpan AdoptionTimeout = TimeSpan.FromSeconds(2);

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        if (string.Equals(
            Environment.GetEnvironmentVariable("OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"),
            "disk",
            StringComparison.OrdinalIgnoreCase))
            Log.DiskRetry(log);
        return AdoptAsync(cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Reports what is set up. Frameworks that are hosted services have been configured now.</summary>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        report.Write();
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        if (!tracer.IsEnabled)
            return;
        long started = time.GetTimestamp();
        TimeSpan timeout = options.Value.ShutdownTimeout;
        if (cancellationToken.IsCancellationRequested && (timeout == Timeout.InfiniteTimeSpan || timeout > LastDrain))
            timeout = LastDrain;
        CancellationToken deadline = cancellationToken.IsCancellationRequested ? CancellationToken.None : cancellationToken;
        FlushResult result = await tracer.Flusher.FlushLastAsync(timeout, deadline).ConfigureAwait(false);
        // Unconfirmed is the best answer where processors of other libraries are flushed too.
        bool delivered = result.Status is FlushStatus.Delivered or FlushStatus.Unconfirmed;
        if (result.Status == FlushStatus.Stored)
            Log.LastFlushStored(log, result.Elapsed, result.Exported, result.Stored);
        else if (!delivered)
            Log.LastFlush(log, result.Status, result.Elapsed, result.Exported, result.Lost);

        // The container disposes the provider next, which shuts the processors down. The spans that are left get no second deadline.
        TimeSpan left = delivered ? LastDrain : TimeSpan.Zero;
        foreach (BatchTraceProcessor processor in LiveProcessors.All)
        {
            if (ReferenceEquals(processor.Provider, provider))
                processor.LimitShutdown(left);
        }
    }

    /// <summary>
    /// Waits until the jobs that ended with their process are known, so that their next attempts, which the other hosted services start, link
    /// to them. Where that takes long, it goes on in the background, and the first jobs can have no link.
    /// </summary>
    private async Task AdoptAsync(CancellationToken cancellationToken)
    {
        Task[] adoptions =
        [
            .. LiveProcessors.All.Where(processor => ReferenceEquals(processor.Provider, provider))
                .Select(static processor => processor.Pipeline.Recording?.AdoptNowAsync())
                .OfType<Task>(),
        ];
        if (adoptions.Length > 0)
            await Task.WhenAny(Task.WhenAll(adoptions), Task.Delay(AdoptionTimeout, time, cancellationToken)).ConfigureAwait(false);
    }
}
