using System.Globalization;
using WorkerTracing.Load;

// Jobs of six spans that wait for delivery, against a backend of 20 ms. Usage: [seconds per line] [scenario ...]
if (args.Length > 0 && !double.TryParse(args[0], CultureInfo.InvariantCulture, out _))
{
    Console.Error.WriteLine($"'{args[0]}' is no number of seconds. Usage: [seconds per line] [{string.Join(" | ", Scenario.All.Select(static scenario => scenario.Name))} ...]");
    return 2;
}

TimeSpan duration = TimeSpan.FromSeconds(args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 3);
Scenario[] scenarios = [.. Scenario.All.Where(scenario => args.Length < 2 || args.Skip(1).Contains(scenario.Name))];

Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, {Environment.OSVersion}, backend 20 ms, 6 spans a job, batch 2048 (8192 for 1000 jobs)");
foreach (Scenario scenario in scenarios)
{
    Console.WriteLine();
    Console.WriteLine($"{scenario.Name}: {scenario.What}");
    Console.WriteLine();
    Console.WriteLine("| jobs | in flight | way | jobs/s | of the limit | p50, round trips | p99, round trips | exports | told wrongly | pool threads added |");
    Console.WriteLine("| ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    foreach ((int jobs, int inFlight, bool ours) in
             from jobs in scenario.Jobs from inFlight in scenario.InFlight from ours in scenario.WithPeer ? [true, false] : new[] { true } select (jobs, inFlight, ours))
    {
        int batch = jobs * Contender.SpansPerJob > 2048 ? 8192 : 2048;
        var backend = new SlowBackend(TimeSpan.FromMilliseconds(20), inFlight);
        using Contender contender = ours ? new Ours(backend, batch) : new Theirs(backend, batch);
        Measurement m = await Measurement.TakeAsync(contender, backend, jobs, scenario, duration);
        string ofLimit = scenario.Name == "staggered" ? "" : m.OfLimit.ToString("0.00", CultureInfo.InvariantCulture);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {jobs} | {inFlight} | {m.Contender} | {m.PerSecond:0} | {ofLimit} | {m.P50 / m.RoundTrip:0.00} | {m.P99 / m.RoundTrip:0.00} | {m.Exports} | {m.ToldWrongly} | {m.NewThreads} |"));
    }
}

return 0;
