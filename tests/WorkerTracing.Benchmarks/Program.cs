using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using Perfolizer.Metrology;
using WorkerTracing.Benchmarks;

// Usage: --filter '*' and BenchmarkDotNet's other arguments, or: memory [jobs], or: otlp [rounds], or: page [rounds],
// or: recorder [rounds], or: faults [seconds]. From the repository's root: BenchmarkDotNet looks for the project there.
if (args is ["memory", ..])
{
    MemoryCurve.Print(args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1_000_000);
    return;
}

if (args is ["otlp", ..])
{
    await OtlpCost.PrintAsync(args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 100);
    return;
}

if (args is ["page", ..])
{
    await PagePace.PrintAsync(args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 12);
    return;
}

if (args is ["recorder", ..])
{
    await RecorderJobCost.PrintAsync(args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 100);
    return;
}

if (args is ["faults", ..])
{
    RecorderFaults.Print(TimeSpan.FromSeconds(args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 1));
    return;
}

if (args is [OtlpCostReceiver.Verb])
{
    await OtlpCostReceiver.ServeAsync();
    return;
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(
    args,
    ManualConfig.Create(DefaultConfig.Instance)
        .WithArtifactsPath(Path.Combine("artifacts", "benchmarks"))
        .WithSummaryStyle(SummaryStyle.Default.WithSizeUnit(SizeUnit.B))
        .AddJob(Job.Default.WithWarmupCount(4).WithIterationCount(12).AsDefault()));
