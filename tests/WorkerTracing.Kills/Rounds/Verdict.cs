namespace WorkerTracing.Kills;

/// <summary>What the backend has, compared with what the workers did.</summary>
internal sealed class Verdict
{
    private readonly LedgerEntries _ledgers;
    private readonly Dictionary<ulong, Arrival> _arrived;

    public Verdict(LedgerEntries ledgers, Dictionary<ulong, Arrival> arrived)
    {
        (_ledgers, _arrived) = (ledgers, arrived);
        Running = [.. ledgers.Running];
        Missing = [.. ledgers.Ended.Where(span => !arrived.ContainsKey(span))];
        Orphans = [.. arrived.Where(span => span.Value.Parent != 0 && !arrived.ContainsKey(span.Value.Parent)).Select(Id)];
        Unreported = [.. Running.Where(job => !arrived.ContainsKey(job))];
        Invented =
        [
            .. arrived.Where(span => !ledgers.Begun.Contains(span.Key) || (span.Value.IsAbandoned && ledgers.Ended.Contains(span.Key)))
                .Select(Id),
        ];
        Twice = arrived.Values.Sum(static span => span.Times - 1);
    }

    /// <summary>Gets the number of spans that ended.</summary>
    public int Ended => _ledgers.Ended.Count;

    /// <summary>Gets the spans that ended and have not arrived.</summary>
    public ulong[] Missing { get; }

    /// <summary>Gets the spans that have arrived, and whose parent has not.</summary>
    public ulong[] Orphans { get; }

    /// <summary>Gets the jobs that ran when their worker was killed.</summary>
    public ulong[] Running { get; }

    /// <summary>Gets those of <see cref="Running"/> that have not arrived.</summary>
    public ulong[] Unreported { get; }

    /// <summary>Gets the spans that have arrived and never started, or were reported as abandoned and had ended.</summary>
    public ulong[] Invented { get; }

    /// <summary>Gets how often a span arrived that had arrived before.</summary>
    public int Twice { get; }

    /// <summary>Gets whether nothing is missing and nothing is wrong.</summary>
    public bool IsExact => Missing.Length + Orphans.Length + Unreported.Length + Invented.Length == 0;

    /// <summary>Describes the first spans that are missing or wrong.</summary>
    public string Describe() => string.Join('\n',
        Describe("missing", Missing), Describe("orphans", Orphans), Describe("unreported", Unreported), Describe("invented", Invented));

    private static ulong Id(KeyValuePair<ulong, Arrival> span) => span.Key;

    private string Describe(string what, ulong[] spans) =>
        $"{what} {spans.Length}: {string.Join("; ", spans.Take(5).Select(Describe))}";

    private string Describe(ulong span)
    {
        string said = _ledgers.Ended.Contains(span) ? "ended"
            : _ledgers.Ending.Contains(span) ? "about to end"
            : _ledgers.Begun.Contains(span) ? "started"
            : "unknown";
        return _arrived.TryGetValue(span, out Arrival arrival)
            ? $"{arrival.Name} {span:x16} ({said}), parent {Describe(arrival.Parent)}"
            : $"{span:x16} ({said})";
    }
}
