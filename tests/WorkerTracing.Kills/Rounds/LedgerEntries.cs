using System.Globalization;

namespace WorkerTracing.Kills;

/// <summary>What the ledgers of all workers of a run say: ids of spans.</summary>
internal sealed class LedgerEntries
{
    /// <summary>Gets the spans that have started.</summary>
    public HashSet<ulong> Begun { get; } = [];

    /// <summary>Gets the spans that have ended, or were about to: the export may have seen their end.</summary>
    public HashSet<ulong> Ending { get; } = [];

    /// <summary>Gets the spans whose end the export has seen.</summary>
    public HashSet<ulong> Ended { get; } = [];

    /// <summary>Gets the jobs whose body has run.</summary>
    public HashSet<ulong> Jobs { get; } = [];

    /// <summary>Gets the jobs that ran when their worker was killed.</summary>
    public IEnumerable<ulong> Running => Jobs.Where(job => !Ending.Contains(job));

    /// <summary>Reads the ledger of a worker, which may have been killed while it wrote.</summary>
    /// <returns>How many of its long jobs run, and how many spans have ended.</returns>
    public static (int LongJobs, int Ended) Count(string path)
    {
        int longJobs = 0;
        int ended = 0;
        foreach (string line in Lines(path))
        {
            longJobs += line[0] == Ledger.LongJob ? 1 : 0;
            ended += line[0] == Ledger.Ended ? 1 : 0;
        }

        return (longJobs, ended);
    }

    public void Add(string path)
    {
        foreach (string line in Lines(path))
        {
            ulong span = ulong.Parse(line.AsSpan(2, 16), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            Of(line[0]).Add(span);
        }
    }

    private HashSet<ulong> Of(char what) => what switch
    {
        Ledger.Begun => Begun,
        Ledger.Ending => Ending,
        Ledger.Ended => Ended,
        Ledger.ShortJob or Ledger.LongJob => Jobs,
        _ => throw new FormatException($"'{what}' is no entry of a ledger."),
    };

    private static string[] Lines(string path)
    {
        if (!File.Exists(path))
            return [];
        using var file = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        string text = file.ReadToEnd();
        return text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
