using System.Globalization;
using System.Text;
using Hangfire.Client;
using Hangfire.States;

namespace WorkerTracing;

/// <summary>
/// The value of the job parameter <see cref="JobParameter.Job"/>: everything that the next attempt needs and Hangfire does not hand to it,
/// in one string. One value, because each parameter is a round trip on the storages that do not hand parameters to the worker.
/// </summary>
/// <param name="Creator">The span that created the job, and its baggage.</param>
internal sealed record StoredJob(JobOrigin Creator)
{
    /// <summary>Bounds the numbers that are read, so that sums of them stay numbers.</summary>
    public const int MostAttempts = 1_000_000;

    private const string DueLine = "due";
    private const string RecurringJobLine = "recurring";
    private const string AntecedentLine = "after";
    private const string AntecedentSpanLine = "antecedent";
    private const string AttemptLine = "attempt";
    private const string EarlierRetriesLine = "retries";
    private const string AgainLine = "again";
    private const string QueueLine = "queue";
    private const string PreviousSpanLine = "previous";

    /// <summary>When the run of a scheduled or recurring job was due. Null for other jobs: they are due when they are created.</summary>
    public DateTimeOffset? Due { get; init; }

    /// <summary>The recurring job that this job is an execution of.</summary>
    public string? RecurringJob { get; init; }

    /// <summary>The job that this continuation waits for.</summary>
    public string? Antecedent { get; init; }

    /// <summary>The span of the antecedent's last attempt, as a <c>traceparent</c>.</summary>
    public string? AntecedentSpan { get; init; }

    /// <summary>The number of the next attempt, from 1. Null where it is unknown.</summary>
    public int? Attempt { get; init; }

    /// <summary>How often Hangfire had retried the job when it was put back by hand: Hangfire goes on counting from there.</summary>
    public int EarlierRetries { get; init; }

    /// <summary>Gets Hangfire's own count of retries.</summary>
    public int Retries => EarlierRetries + (Attempt ?? 1) - 1;

    /// <summary>When the next attempt is due, after a change of state that the creation did not foresee.</summary>
    public DateTimeOffset? Again { get; init; }

    /// <summary>The queue. Null where the job says it itself: <see cref="JobQueue.Of"/>.</summary>
    public string? Queue { get; init; }

    /// <summary>The span of the last recorded attempt that has begun, as a <c>traceparent</c>. It may have died with its process.</summary>
    public string? PreviousSpan { get; init; }

    /// <summary>Gets the value for a job that is being created.</summary>
    public static StoredJob From(CreatingContext context, FailureBoundary boundary)
    {
        string? recurringJob = context.Parameters.TryGetValue(JobParameter.RecurringJobId, out object? id) ? id as string : null;
        bool byScheduler = recurringJob is not null && RecurringRun.IsSchedulersThread();
        return new StoredJob(byScheduler ? default : JobOrigin.Current)
        {
            Due = byScheduler
                ? boundary.Run((context, recurringJob!), static run => RecurringRun.Due(run.context, run.Item2), null)
                : (context.InitialState as ScheduledState)?.EnqueueAt.AsUtc(),
            RecurringJob = recurringJob,
            Antecedent = (context.InitialState as AwaitingState)?.ParentId,
            Attempt = 1,
            Queue = context.InitialState is EnqueuedState enqueued ? JobQueue.Unexpected(context.Job, enqueued) : null,
        };
    }

    /// <summary>Parses a stored value. Never throws: malformed lines are ignored.</summary>
    /// <returns>Null if the value is not of this format.</returns>
    public static StoredJob? Parse(string? stored)
    {
        if (stored is null || HeaderLines.Find(stored, AttemptLine) is not { } number)
            return null;

        return new StoredJob(JobOrigin.Extract(stored, HeaderLines.Find))
        {
            Due = StoredTime.Parse(HeaderLines.Find(stored, DueLine)),
            RecurringJob = HeaderLines.Find(stored, RecurringJobLine),
            Antecedent = HeaderLines.Find(stored, AntecedentLine),
            AntecedentSpan = HeaderLines.Find(stored, AntecedentSpanLine),
            Attempt = NumberOf(number),
            EarlierRetries = NumberOf(HeaderLines.Find(stored, EarlierRetriesLine)) ?? 0,
            Again = StoredTime.Parse(HeaderLines.Find(stored, AgainLine)),
            Queue = HeaderLines.Find(stored, QueueLine),
            PreviousSpan = HeaderLines.Find(stored, PreviousSpanLine),
        };
    }

    /// <summary>Parses the three parameters of version 0.1. Never throws: malformed lines are ignored.</summary>
    public static StoredJob ParseVersion01(string? origin, string? turn, string? trace) =>
        new(origin is null ? default : JobOrigin.Extract(origin, HeaderLines.FindEscaped))
        {
            Due = StoredTime.Parse(Line(origin, DueLine)),
            RecurringJob = Line(origin, RecurringJobLine),
            Antecedent = Line(origin, AntecedentLine),
            Again = StoredTime.Parse(Line(turn, DueLine)),
            Queue = Line(turn, QueueLine),
            PreviousSpan = trace,
        };

    /// <summary>Formats the value to store.</summary>
    public string Format()
    {
        var lines = new StringBuilder();
        HeaderLines.Append(lines, AttemptLine, (Attempt ?? 1).ToString(CultureInfo.InvariantCulture));
        Creator.Inject(lines, HeaderLines.Append);
        HeaderLines.Append(lines, DueLine, StoredTime.Format(Due));
        HeaderLines.Append(lines, RecurringJobLine, RecurringJob);
        HeaderLines.Append(lines, AntecedentLine, Antecedent);
        HeaderLines.Append(lines, AntecedentSpanLine, AntecedentSpan);
        HeaderLines.Append(
            lines,
            EarlierRetriesLine,
            EarlierRetries == 0 ? null : EarlierRetries.ToString(CultureInfo.InvariantCulture));
        HeaderLines.Append(lines, AgainLine, StoredTime.Format(Again));
        HeaderLines.Append(lines, QueueLine, Queue);
        HeaderLines.Append(lines, PreviousSpanLine, PreviousSpan);
        return lines.ToString();
    }

    private static int? NumberOf(string? stored) =>
        int.TryParse(stored, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is > 0 and <= MostAttempts
            ? number
            : null;

    private static string? Line(string? lines, string name) => lines is null ? null : HeaderLines.FindEscaped(lines, name);
}
