using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

[NonParallelizable] // every TracerProvider of the process records the jobs of all tests: the source is shared
public sealed class PartitionedTraceProcessorTests
{
    [Test]
    public async Task Export_FurtherExportersAfterAPartitionedOne_GetEverySpan()
    {
        var partitioned = new Partitioned();
        var further = new RecordingExporter();
        var last = new RecordingExporter();
        var services = new ServiceCollection();
        services.AddWorkerTracing(static options => options.Flush = FlushMode.Wait)
            .AddExporter(_ => partitioned)
            .AddExporter(_ => further)
            .AddExporter(_ => last);
        await using ServiceProvider provider = services.BuildServiceProvider();
        JobTrace job = provider.GetRequiredService<JobTracer>().Start(Pipeline.Job());

        FlushResult result = await job.EndAsync();

        Assert.That(partitioned.Partition.Spans, Has.Count.EqualTo(1));
        Assert.That(further.Spans, Has.Count.EqualTo(1));
        Assert.That(last.Spans, Has.Count.EqualTo(1));
        Assert.That((result.Status, result.Exported), Is.EqualTo((FlushStatus.Delivered, 3)));
    }

    [Test]
    public async Task Export_FurtherExporterThatFails_IsPartOfTheResult()
    {
        var services = new ServiceCollection();
        services.AddWorkerTracing(static options => options.Flush = FlushMode.Wait)
            .AddExporter(_ => new Partitioned())
            .AddExporter(_ => new RecordingExporter { OnExport = static _ => ExportResult.Failure });
        await using ServiceProvider provider = services.BuildServiceProvider();

        FlushResult result = await provider.GetRequiredService<JobTracer>().Start(Pipeline.Job()).EndAsync();

        Assert.That(result.Status, Is.EqualTo(FlushStatus.Failed));
    }

    private sealed class Partitioned : BaseExporter<Activity>, IPartitionedExporter
    {
        public RecordingExporter Partition { get; } = new();

        public object? GetPartition(Activity span) => "tenant";

        public BaseExporter<Activity> CreatePartition() => Partition;

        public override ExportResult Export(in Batch<Activity> batch) => ExportResult.Success;
    }
}
