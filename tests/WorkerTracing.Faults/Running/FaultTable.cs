using System.Globalization;

namespace WorkerTracing.FaultTests;

/// <summary>The table of docs/reliability.md.</summary>
internal static class FaultTable
{
    public static string Row(FaultRun run)
    {
        WorkerReport report = run.Report;
        string lost = string.Join(", ", report.Lost.OrderBy(static reason => reason.Key, StringComparer.Ordinal).Select(static reason => $"{reason.Value} {reason.Key}"));
        string told = string.Join(", ", report.Flushes.OrderBy(static status => status.Key).Select(static status => $"{status.Value} {status.Key}"));
        return string.Create(CultureInfo.InvariantCulture, $"| {run.Fault.Name} | {run.Protocol} | {run.Plan.Flush} | {run.Ended.Count} | {run.Ledger.Read.Length} | {run.Ledger.Acknowledged.Length} | {run.Ledger.Twice.Length} | {(lost.Length == 0 ? "none" : lost)} | {told} | {report.HeldForWholeTimeout} | {report.MostPaid.TotalMilliseconds:F0} ms | {report.SumPaid.TotalSeconds:F1} s | stop {report.Stopping.TotalMilliseconds:F0} | held {report.Held} | req {run.Ledger.Requests} | mem {report.PeakMemory >> 20} |");
    }
}
