using System.Globalization;

namespace WorkerTracing.Load;

/// <summary>Measures lines and writes them as a table in Markdown, each as soon as it is there.</summary>
internal static class Table
{
    public static async Task WriteAsync(Scenario scenario, TimeSpan duration)
    {
        Console.WriteLine();
        Console.WriteLine($"{scenario.Name}: {scenario.What}");
        Console.WriteLine();
        Console.WriteLine(
            "| jobs | in flight | way | jobs/s in the first second | jobs/s | of the limit "
            + "| p50, round trips | p99, round trips | exports | exports a job | told wrongly | pool threads added |");
        Console.WriteLine("| ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (Line line in scenario.Lines())
        {
            Measurement m = await line.MeasureAsync(duration);
            string ofLimit = scenario != Scenario.Together && scenario != Scenario.Threads
                ? ""
                : m.OfLimit(line.Jobs).ToString("0.00", CultureInfo.InvariantCulture);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {line.Jobs} | {line.InFlight} | {line.Way.Name} | {m.FirstSecond:0} | {m.PerSecond:0} | {ofLimit} "
                + $"| {m.P50 / m.RoundTrip:0.00} | {m.P99 / m.RoundTrip:0.00} | {m.Exports} | {m.ExportsPerJob:0.00} "
                + $"| {m.ToldWrongly} | {m.NewThreads} |"));
        }
    }
}
