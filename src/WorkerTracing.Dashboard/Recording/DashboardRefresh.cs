using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>Twice a second, copies the spans that have ended, follows deliveries and adapts the share of traces that is kept.</summary>
internal sealed class DashboardRefresh(
    TraceStore store, JobRecorder jobs, TimeProvider time, ILogger<DashboardRefresh> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private bool _failed;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        long startedBefore = jobs.Started;
        long at = time.GetTimestamp();
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            {
                double seconds = time.GetElapsedTime(at).TotalSeconds;
                at = time.GetTimestamp();
                long started = jobs.Started;
                if (seconds > 0)
                    store.Adapt((started - startedBefore) / seconds);
                startedBefore = started;
                Refresh();
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The page must not stop the host; the exception is logged once.")]
    private void Refresh()
    {
        try
        {
            store.Refresh();
            jobs.Refresh();
        }
        catch (Exception exception)
        {
            if (!_failed)
                DashboardLog.RefreshFailed(log, exception);
            _failed = true;
        }
    }
}
