using System.Text;
using Hangfire.Client;
using Hangfire.States;

namespace WorkerTracing;

/// <summary>
/// What is known of a job when it is created, as the one string that is stored with it: the W3C headers of who created it
/// (<c>traceparent</c>, <c>tracestate</c>, <c>baggage</c>), and two lines of the same form for when it is due and what it continues.
/// </summary>
internal readonly record struct StoredOrigin(JobOrigin Creator, DateTimeOffset? Due, string? After)
{
    private const string DueLine = "due";
    private const string AfterLine = "after";

    public static StoredOrigin Of(CreatingContext context) => new(
        IsScheduler(context) ? default : JobOrigin.Current,
        (context.InitialState as ScheduledState)?.EnqueueAt.AsUtc(),
        (context.InitialState as AwaitingState)?.ParentId);

    /// <summary>Never throws: what makes no sense is left out.</summary>
    public static StoredOrigin Parse(string? stored) => string.IsNullOrEmpty(stored)
        ? default
        : new(JobOrigin.Extract(stored, static (lines, name) => Line(lines, name)), StoredTime.Parse(Line(stored, DueLine)), Line(stored, AfterLine));

    /// <summary>Null where there is nothing to store.</summary>
    public string? Format()
    {
        var lines = new StringBuilder();
        Creator.Inject(lines, static (lines, name, value) => Append(lines, name, value));
        if (Due is { } due)
            Append(lines, DueLine, StoredTime.Format(due));
        if (After is not null)
            Append(lines, AfterLine, After);

        return lines.Length == 0 ? null : lines.ToString();
    }

    /// <summary>
    /// The scheduler's thread inherits what was ambient where the server was started, and none of it created the job.
    /// Hangfire names the thread after the process; a recurring job that is triggered by hand is created on the caller's.
    /// </summary>
    private static bool IsScheduler(CreatingContext context) =>
        context.Parameters.ContainsKey(JobParameter.RecurringJobId)
        && Thread.CurrentThread.Name?.StartsWith(nameof(Hangfire.Server.RecurringJobScheduler), StringComparison.Ordinal) == true;

    private static void Append(StringBuilder lines, string name, string value)
    {
        if (lines.Length > 0)
            lines.Append('\n');
        lines.Append(name).Append(": ").Append(value);
    }

    private static string? Line(string lines, string name)
    {
        foreach (var range in lines.AsSpan().Split('\n'))
        {
            var line = lines.AsSpan(range);
            if (line.StartsWith(name) && line[name.Length..].StartsWith(": "))
                return line[(name.Length + 2)..].ToString();
        }

        return null;
    }
}
