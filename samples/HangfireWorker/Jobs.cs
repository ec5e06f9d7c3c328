using System.Diagnostics;
using Hangfire;
using Hangfire.Server;
using WorkerTracing;

namespace HangfireWorker;

public sealed class Jobs(ILogger<Jobs> log)
{
    public static readonly ActivitySource Source = new("HangfireWorker");

    public static string EnqueueReport(IBackgroundJobClient jobs)
    {
        using Activity? request = Source.StartActivity("order report");
        string report = jobs.Enqueue<Jobs>(job => job.ReportAsync("Q3", null, CancellationToken.None));
        return jobs.ContinueJobWith<Jobs>(report, job => job.Mail("Q3"));
    }

    /// <summary>Fails twice. Its trace is delivered before Hangfire moves the job on.</summary>
    [FlushTrace(FlushMode.Wait)]
    [AutomaticRetry(Attempts = 2, DelaysInSeconds = [1])]
    public async Task ReportAsync(string quarter, PerformContext? context, CancellationToken cancellationToken)
    {
        using (Source.StartActivity("query"))
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);

        if (context?.GetJobParameter<int>("RetryCount") < 2)
            throw new TimeoutException("The database did not answer.");

        using (Source.StartActivity("render"))
            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
        log.LogInformation("The report of {Quarter} is in trace {TraceId}", quarter, JobTrace.Current?.TraceId);
    }

    public void Mail(string quarter) => log.LogInformation("Mailed the report of {Quarter}", quarter);

    public async Task RemindAsync(string name, CancellationToken cancellationToken)
    {
        using Activity? reminder = Source.StartActivity("remind");
        await Task.Delay(TimeSpan.FromMilliseconds(10), cancellationToken);
        log.LogInformation("Reminded {Name}", name);
    }

    public void Cleanup() => log.LogInformation("Cleaned up");
}
