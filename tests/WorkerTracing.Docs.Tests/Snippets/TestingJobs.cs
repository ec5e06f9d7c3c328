using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Trace;
using WorkerTracing;

namespace Snippets;

/// <summary>docs/testing.md. Its test is one of the suite's.</summary>
[NonParallelizable] // every TracerProvider of the process records the jobs of all tests: the source is shared
public sealed class TestingJobs
{
    #region test
    [Test]
    public async Task Report_OfATenant_IsOneTraceThatNamesIt()
    {
        var spans = new SpanList();
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Services.AddWorkerTracing(options => options.Flush = FlushMode.Wait).AddExporter(_ => spans);
        using IHost host = builder.Build();
        await host.StartAsync();

        await host.Services.GetRequiredService<JobTracer>().RunAsync("report", (job, _) =>
        {
            job.SetMetadata("tenant", "acme");
            return Task.CompletedTask;
        });

        Activity span = spans.Spans.Single(span => span.DisplayName == "report");
        Assert.That(span.GetTagItem("workflow.execution.result"), Is.EqualTo("success"));
        Assert.That(span.GetTagItem("worker_tracing.metadata.tenant"), Is.EqualTo("acme"));
        await host.StopAsync();
    }
    #endregion

    public static JobTracer Unit()
    {
        #region unit
        var tracer = new JobTracer(Sdk.CreateTracerProviderBuilder().Build());   // for unit tests that do not look at traces
        #endregion

        return tracer;
    }
}

#region span-list
internal sealed class SpanList : BaseExporter<Activity>
{
    private readonly ConcurrentQueue<Activity> _spans = new();

    public IReadOnlyList<Activity> Spans => [.. _spans];

    public override ExportResult Export(in Batch<Activity> batch)
    {
        foreach (Activity span in batch)
            _spans.Enqueue(span);
        return ExportResult.Success;
    }
}
#endregion
