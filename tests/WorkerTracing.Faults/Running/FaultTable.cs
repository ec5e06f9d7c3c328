using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace WorkerTracing.Faults;

/// <summary>
/// The tables of docs/reports/faults.md: written from the runs that were made, where the variable <c>WORKERTRACING_FAULT_TABLE</c> names the
/// page.
/// </summary>
internal static class FaultTable
{
    private const string Begin = "<!-- measured -->\n";
    private const string End = "<!-- end of measured -->";

    private static readonly ConcurrentBag<(string Name, FaultRun Run)> Runs = [];

    /// <summary>Adds a run with a backend's fault.</summary>
    public static void Add(FaultRun run) => Add(run.Fault.Name, run);

    /// <summary>Adds a run with another fault, by its name.</summary>
    public static void Add(string name, FaultRun run)
    {
        Runs.Add((name, run));
        TestContext.Out.WriteLine(
            $"{name}, {run.Protocol}, {run.Plan.Flush}: {run.Ended.Count} spans, {Arrived(run)} arrived, lost {Lost(run)}, "
            + $"told {Told(run)}, paid {Paid(run)}, stopped in {Milliseconds(run.Report.Stopping)}, {run.Ledger.Requests} requests");
    }

    public static void Write(string page)
    {
        string text = File.ReadAllText(page);
        int begin = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        int end = text.IndexOf(End, StringComparison.Ordinal);
        if (begin < Begin.Length || end < begin)
            throw new FormatException($"{page} has no place for the tables, between '{Begin.Trim()}' and '{End}'.");
        File.WriteAllText(page, string.Concat(text.AsSpan(0, begin), Tables(), text.AsSpan(end)));
    }

    private static string Tables()
    {
        var text = new StringBuilder();
        foreach (Protocol protocol in Protocol.All)
            AppendBackends(text, protocol);
        text.Append("\n### Processes\n\n")
            .Append("| what happens | exporter | mode | sent | arrived | counted lost | told | paid: most, sum |\n")
            .Append("| --- | --- | --- | --- | --- | --- | --- | --- |\n");
        IEnumerable<(string Name, FaultRun Run)> processes = Runs
            .Where(static entry => !FaultList.All.Contains(entry.Run.Fault) || entry.Name != entry.Run.Fault.Name)
            .OrderBy(static entry => entry.Name, StringComparer.Ordinal)
            .ThenBy(static entry => entry.Run.Protocol.Exporter, StringComparer.Ordinal)
            .ThenBy(static entry => entry.Run.Plan.Flush);
        foreach ((string name, FaultRun run) in processes)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {run.Protocol} | `{run.Plan.Flush}` | {Number(run.Ended.Count)} ")
                .Append(CultureInfo.InvariantCulture, $"| {Arrived(run)} | {Lost(run)} | {Told(run)} | {Paid(run)} |\n");
        }

        return text.Append('\n').ToString();
    }

    private static void AppendBackends(StringBuilder text, Protocol protocol)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n### Backends: {protocol.Title}\n\n")
            .Append("| the backend | `Wait`: arrived | counted lost | told | paid: most, sum ")
            .Append("| `Background`: arrived | counted lost | `None`: arrived | counted lost |\n")
            .Append("| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
        foreach (Fault fault in FaultList.All)
        {
            var runs = Runs.Where(entry => entry.Run.Fault == fault && entry.Name == fault.Name && entry.Run.Protocol == protocol)
                .ToDictionary(static entry => entry.Run.Plan.Flush, static entry => entry.Run);
            if (runs.Count < 3)
                continue;
            FaultRun wait = runs[FlushMode.Wait];
            text.Append(CultureInfo.InvariantCulture, $"| {fault.Name} | {Arrived(wait)} | {Lost(wait)} | {Told(wait)} | {Paid(wait)}");
            foreach (FlushMode flush in new[] { FlushMode.Background, FlushMode.None })
                text.Append(CultureInfo.InvariantCulture, $" | {Arrived(runs[flush])} | {Lost(runs[flush])}");
            text.Append(" |\n");
        }
    }

    /// <summary>What the backend has acknowledged; and what it has read, where that is more.</summary>
    private static string Arrived(FaultRun run)
    {
        int acknowledged = run.Ledger.Acknowledged.Length;
        int read = run.Ledger.Read.Length;
        return read == acknowledged ? Number(acknowledged) : $"{Number(acknowledged)} ({Number(read)} read)";
    }

    private static string Lost(FaultRun run)
    {
        string lost = string.Join(", ", run.Report.Lost.OrderBy(static reason => reason.Key, StringComparer.Ordinal)
            .Select(static reason => $"{Number(reason.Value)} `{reason.Key}`"));
        return lost.Length == 0 ? "0" : lost;
    }

    private static string Told(FaultRun run) =>
        string.Join(
            ", ",
            run.Report.Flushes.OrderBy(static status => status.Key).Select(static status => $"{Number(status.Value)} `{status.Key}`"));

    private static string Paid(FaultRun run) =>
        run.Plan.Flush == FlushMode.Wait
            ? string.Create(CultureInfo.InvariantCulture, $"{Milliseconds(run.Report.MostPaid)}, {run.Report.SumPaid.TotalSeconds:F1} s")
            : "0";

    private static string Milliseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:F0} ms");

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
