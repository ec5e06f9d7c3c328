using System.Text;
using Hangfire.Client;
using Hangfire.Server;
using Hangfire.States;

namespace WorkerTracing;

/// <summary>
/// What is known of a job when it is created, as the one string that is stored with it: the W3C headers of who created it
/// (<c>traceparent</c>, <c>tracestate</c>, <c>baggage</c>), and lines of the same form for what Hangfire does not tell its worker.
/// </summary>
/// <param name="Creator">Who created the job.</param>
/// <param name="Due">When a delayed job is due.</param>
/// <param name="Antecedent">The job that a continuation waits for.</param>
/// <param name="RecurringJob">The recurring job that this one is an execution of.</param>
internal readonly record struct StoredOrigin(JobOrigin Creator, DateTimeOffset? Due, string? Antecedent, string? RecurringJob)
{
    private const string DueLine = "due";
    private const string AntecedentLine = "after";
    private const string RecurringJobLine = "recurring";

    public static StoredOrigin Of(CreatingContext context)
    {
        string? recurringJob = context.Parameters.TryGetValue(JobParameter.RecurringJobId, out object? id) ? id as string : null;
        return new(
            recurringJob is not null && IsSchedulersThread() ? default : JobOrigin.Current,
            (context.InitialState as ScheduledState)?.EnqueueAt.AsUtc(),
            (context.InitialState as AwaitingState)?.ParentId,
            recurringJob);
    }

    /// <summary>Never throws: what makes no sense is left out.</summary>
    public static StoredOrigin Parse(string stored) => new(
        JobOrigin.Extract(stored, HeaderLines.Find),
        StoredTime.Parse(HeaderLines.Find(stored, DueLine)),
        HeaderLines.Find(stored, AntecedentLine),
        HeaderLines.Find(stored, RecurringJobLine));

    /// <summary>Null where there is nothing to store.</summary>
    public string? Format()
    {
        var lines = new StringBuilder();
        Creator.Inject(lines, HeaderLines.Append);
        HeaderLines.Append(lines, DueLine, Due is { } due ? StoredTime.Format(due) : null);
        HeaderLines.Append(lines, AntecedentLine, Antecedent);
        HeaderLines.Append(lines, RecurringJobLine, RecurringJob);
        return lines.Length == 0 ? null : lines.ToString();
    }

    /// <summary>
    /// The scheduler's thread inherits what was ambient where the server was started, and none of it created the job.
    /// Hangfire names the thread after the process; a recurring job that is triggered by hand is created on the caller's.
    /// </summary>
    private static bool IsSchedulersThread() =>
        Thread.CurrentThread.Name?.StartsWith(nameof(RecurringJobScheduler), StringComparison.Ordinal) == true;
}
