using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;

// Usage: --filter '*' and BenchmarkDotNet's other arguments. From the repository's root: BenchmarkDotNet looks for the project there.
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(
    args,
    ManualConfig.Create(DefaultConfig.Instance)
        .WithArtifactsPath(Path.Combine("artifacts", "benchmarks"))
        .AddJob(Job.Default.WithWarmupCount(4).WithIterationCount(12).AsDefault()));
