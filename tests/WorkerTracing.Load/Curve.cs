using System.Globalization;

namespace WorkerTracing.Load;

/// <summary>
/// What a job costs in processor time while more and more jobs wait at the same time, or more and more processors stand by: as a table and
/// as a picture.
/// </summary>
internal static class Curve
{
    public const string Name = "curve";

    private static readonly int[] Steps = [1, 3, 10, 30, 100, 300, 1000, 3000, 10_000];

    private static readonly (string Name, int Last, Func<int, Line> At)[] All =
    [
        ("so many jobs waiting", 10_000, static jobs => new Line(Scenario.Together, jobs, 1, Way.WorkerTracing)),
        ("100 jobs waiting, so many idle processors beside", 10_000, static idle => new Line(
            Scenario.Together,
            100,
            1,
            Way.WorkerTracing,
            idle)),
        ("so many jobs waiting, OpenTelemetry with a pool thread for each", 1000, static jobs => new Line(
            Scenario.Together,
            jobs,
            1,
            Way.OpenTelemetryWithThreads)),
    ];

    /// <summary>Measures, writes the table to the console and the pictures into the folder.</summary>
    public static async Task WriteAsync(TimeSpan duration, string folder)
    {
        var series = new List<Series>();
        foreach ((string name, int last, Func<int, Line> at) in All)
        {
            var points = new List<(double X, double Y)>();
            foreach (int step in Steps.TakeWhile(step => step <= last))
                points.Add((step, (await at(step).MeasureAsync(duration)).CpuPerJob.TotalMicroseconds));
            series.Add(new Series(name, points));
        }

        Console.WriteLine();
        Console.WriteLine($"{Name}: processor time of a job that waits for delivery, in µs");
        Console.WriteLine();
        Console.WriteLine($"| | {string.Join(" | ", Steps)} |");
        Console.WriteLine($"| --- | {string.Join(" | ", Steps.Select(static _ => "---:"))} |");
        foreach (Series one in series)
        {
            IEnumerable<string> measured = one.Points.Select(static point => point.Y.ToString("0", CultureInfo.InvariantCulture));
            IEnumerable<string> missing = Steps.Skip(one.Points.Count).Select(static _ => "");
            Console.WriteLine($"| {one.Name} | {string.Join(" | ", measured.Concat(missing))} |");
        }

        var chart = new Chart("Processor time of a job that waits for delivery, in µs", series);
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "waiting-jobs-light.svg"), chart.Draw(Palette.Light));
        await File.WriteAllTextAsync(Path.Combine(folder, "waiting-jobs-dark.svg"), chart.Draw(Palette.Dark));
    }
}
