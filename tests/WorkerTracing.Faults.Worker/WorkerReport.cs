using System.Text.Json;

namespace WorkerTracing.Faults.Worker;

/// <summary>The result of a plan, as the worker saw it.</summary>
public sealed class WorkerReport
{
    public int Jobs { get; set; }

    /// <summary>Jobs that returned their own result, or threw their own exception.</summary>
    public int Unharmed { get; set; }

    /// <summary>How many of the flushes ended in each way.</summary>
    public Dictionary<FlushStatus, int> Flushes { get; init; } = [];

    /// <summary>How many of the flushes took a whole timeout or more.</summary>
    public int HeldForWholeTimeout { get; set; }

    /// <summary>The most that a flush took its job.</summary>
    public TimeSpan MostPaid { get; set; }

    public TimeSpan SumPaid { get; set; }

    /// <summary>Spans that ended.</summary>
    public int Ended { get; set; }

    /// <summary>Spans that the worker counted as lost, by reason.</summary>
    public Dictionary<string, long> Lost { get; init; } = [];

    /// <summary>Spans that waited when the last flush was over, before the processors were shut down.</summary>
    public long Held { get; set; }

    /// <summary>Everything that the library measured, with its tags.</summary>
    public List<string> Measurements { get; init; } = [];

    /// <summary>How long the host took to stop.</summary>
    public TimeSpan Stopping { get; set; }

    public long PeakMemory { get; set; }

    public static WorkerReport Parse(string json) =>
        JsonSerializer.Deserialize<WorkerReport>(json) ?? throw new FormatException("The report is empty.");

    public string ToJson() => JsonSerializer.Serialize(this);

    public void Add(FlushResult flush, TimeSpan timeout, bool unharmed)
    {
        lock (Flushes)
        {
            Unharmed += unharmed ? 1 : 0;
            Flushes[flush.Status] = Flushes.GetValueOrDefault(flush.Status) + 1;
            HeldForWholeTimeout += flush.Elapsed >= timeout ? 1 : 0;
            MostPaid = flush.Elapsed > MostPaid ? flush.Elapsed : MostPaid;
            SumPaid += flush.Elapsed;
        }
    }
}
