using System.Globalization;
using WorkerTracing.Load;

// Jobs of six spans side by side, each waiting for delivery, against a backend of 20 ms with one export in flight. Usage: [seconds per line] [jobs ...]
double seconds = args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 3;
int[] counts = args.Length > 1 ? [.. args.Skip(1).Select(static text => int.Parse(text, CultureInfo.InvariantCulture))] : [1, 10, 50, 200, 1000];

Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, {Environment.OSVersion}, backend 20 ms, 6 spans a job, batch 2048 (8192 for 1000 jobs)");
Console.WriteLine();
Console.WriteLine("| jobs | way | jobs/s | of the limit | p50 ms | p99 ms | exports | told wrongly | pool threads added |");
Console.WriteLine("| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
foreach (int jobs in counts)
{
    int batch = jobs * Contender.SpansPerJob > 2048 ? 8192 : 2048;
    foreach (Func<SlowBackend, Contender> make in new Func<SlowBackend, Contender>[] { backend => new Ours(backend, batch), backend => new Theirs(backend, batch) })
    {
        var backend = new SlowBackend(TimeSpan.FromMilliseconds(20));
        using Contender contender = make(backend);
        Measurement m = await Measurement.TakeAsync(contender, backend, jobs, TimeSpan.FromSeconds(seconds));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {jobs} | {m.Contender} | {m.PerSecond:0} | {m.OfLimit:0.00} | {m.P50.TotalMilliseconds:0.0} | {m.P99.TotalMilliseconds:0.0} | {m.Exports} | {m.ToldWrongly} | {m.NewThreads} |"));
    }
}
