using System.Diagnostics;
using WorkerTracing;

namespace CrashWorker;

/// <summary>A job of three steps. The process can be killed before the third.</summary>
internal static class ReportJob
{
    public const string SourceName = "CrashWorker";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Runs an attempt.</summary>
    /// <param name="tracer">Begins the trace.</param>
    /// <param name="id">The id of the job: its attempts share it.</param>
    /// <param name="attempt">The number of the attempt.</param>
    /// <param name="crashes">Whether the process is killed in the middle.</param>
    public static Task RunAsync(JobTracer tracer, string id, int attempt, bool crashes)
    {
        var job = new JobInfo { System = "crash-worker", Name = "Report.Send", Id = id, Attempt = attempt };
        return tracer.RunAsync(job, async (trace, cancellationToken) =>
        {
            await StepAsync("collect", cancellationToken);
            await StepAsync("render", cancellationToken);
            if (crashes)
                Process.GetCurrentProcess().Kill(); // SIGKILL, as by the kernel's out-of-memory killer: no code runs after it
            await StepAsync("send", cancellationToken);
        });
    }

    private static async Task StepAsync(string name, CancellationToken cancellationToken)
    {
        using Activity? step = Source.StartActivity(name);
        await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
    }
}
