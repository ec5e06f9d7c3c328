using System.Globalization;

namespace WorkerTracing.Kills;

/// <summary>Writes results as a table in Markdown, each as soon as it is there.</summary>
internal static class ResultTable
{
    public static void WriteHead(TextWriter output)
    {
        output.WriteLine(
            "| jobs of | backend | export | kills | spans ended | missing | orphans "
            + "| running jobs reported | invented | twice | most on disk |");
        output.WriteLine("| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    }

    public static void Write(TextWriter output, KillResult result)
    {
        (Scenario scenario, Verdict verdict) = (result.Scenario, result.Verdict);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {scenario.Framework} | {(scenario.IsDown ? "down" : "up")} | {Name(scenario.Way)} | {scenario.Kills} "
            + $"| {verdict.Ended:N0} | {verdict.Missing.Length:N0} | {verdict.Orphans.Length:N0} "
            + $"| {verdict.Running.Length - verdict.Unreported.Length} of {verdict.Running.Length} | {verdict.Invented.Length:N0} "
            + $"| {verdict.Twice:N0} | {result.MostBytes / 1e6:0.0} MB |"));
    }

    private static string Name(Way way) => way switch
    {
        Way.FlightRecorder => "flight recorder",
        Way.OpenTelemetry => "OpenTelemetry",
        _ => "OpenTelemetry, disk retry",
    };
}
