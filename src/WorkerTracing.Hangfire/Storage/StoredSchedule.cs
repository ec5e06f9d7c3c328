using System.Text;

namespace WorkerTracing;

/// <summary>When a job that had been created before was to have its turn again, and in which queue, as one string.</summary>
/// <param name="Due">When the attempt is due. Null where the job's creation says that.</param>
/// <param name="Queue">The queue. Null where the job itself says that.</param>
internal readonly record struct StoredSchedule(DateTimeOffset? Due, string? Queue)
{
    private const string DueLine = "due";
    private const string QueueLine = "queue";

    /// <summary>Never throws: what makes no sense is left out.</summary>
    public static StoredSchedule Parse(string? stored) => stored is null
        ? default
        : new(StoredTime.Parse(HeaderLines.Find(stored, DueLine)), HeaderLines.Find(stored, QueueLine));

    public string Format()
    {
        var lines = new StringBuilder();
        HeaderLines.Append(lines, DueLine, Due is { } due ? StoredTime.Format(due) : null);
        HeaderLines.Append(lines, QueueLine, Queue);
        return lines.ToString();
    }
}
