using System.Diagnostics;

namespace WorkerTracing.Kills;

/// <summary>The bodies of the jobs. They are the same for every framework.</summary>
internal sealed class Work(WorkerPlan plan, Ledger ledger)
{
    /// <summary>How many jobs run until the process ends.</summary>
    public const int LongJobs = 10;

    /// <summary>How many short jobs are enqueued and have not run, at most.</summary>
    public const int ShortJobs = 4;

    private const int StepsPerJob = 4;
    private readonly string? _payload = plan.Payload == 0 ? null : new string('x', plan.Payload);
    private int _enqueued;
    private int _done;

    public static ActivitySource Source { get; } = new("kills");

    public int Round => plan.Round;

    /// <summary>Gets whether another short job is to be enqueued.</summary>
    public bool NeedsShortJob => Volatile.Read(ref _enqueued) - Volatile.Read(ref _done) < ShortJobs;

    public void OnEnqueued() => Interlocked.Increment(ref _enqueued);

    /// <summary>Six spans: the job's, one below it, and its steps.</summary>
    public async Task RunShortAsync(CancellationToken stopping)
    {
        ledger.Write(Ledger.ShortJob, JobTrace.Current!.Activity!);
        using (Source.StartActivity("middle"))
        {
            for (int i = 0; i < StepsPerJob; i++)
                await StepAsync(20, stopping);
        }

        Interlocked.Increment(ref _done);
    }

    /// <summary>Steps below an open span, until the process ends.</summary>
    /// <param name="round">The process for which the job was enqueued. A later one, to which its framework gives it again, ends it at once.</param>
    /// <param name="stopping">Ends it when the worker is stopped.</param>
    public async Task RunLongAsync(int round, CancellationToken stopping)
    {
        if (round != plan.Round)
            return;
        ledger.Write(Ledger.LongJob, JobTrace.Current!.Activity!);
        using Activity? middle = Source.StartActivity("middle");
        while (true)
            await StepAsync(120, stopping);
    }

    private async Task StepAsync(int mostMilliseconds, CancellationToken stopping)
    {
        using Activity? step = Source.StartActivity("step");
        step?.SetTag("app.order.id", Random.Shared.Next());
        step?.SetTag("app.step.kind", "a step that takes some milliseconds");
        step?.SetTag("app.step.payload", _payload);
        await Task.Delay(Random.Shared.Next(mostMilliseconds), stopping);
    }
}
