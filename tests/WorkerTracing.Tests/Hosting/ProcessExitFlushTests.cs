using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

[NonParallelizable] // every TracerProvider of the process records the jobs of all tests: the source is shared
public sealed class ProcessExitFlushTests
{
    [TestCase(true)]
    [TestCase(false)]
    public void Constructor_IncludesTheTracer_UnlessTheOptionIsOff(bool option)
    {
        using var pipeline = new Pipeline(new WorkerTracingOptions { FlushAtProcessExit = option });

        Assert.That(ProcessExitFlush.Includes(pipeline.Tracer), Is.EqualTo(option));
    }

    [Test]
    public void Flush_SpansThatWait_AreDelivered()
    {
        using var pipeline = new Pipeline(new WorkerTracingOptions());
        JobTrace job = pipeline.Start();
        job.Dispose();

        ProcessExitFlush.Flush(pipeline.Tracer, TimeSpan.FromSeconds(30));

        Assert.That(pipeline.Exporter.SpansOf(job.TraceId), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Flush_AfterTheHostHasStopped_SaysAndSendsNothing()
    {
        var exporter = new RecordingExporter();
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddWorkerTracing().AddExporter(_ => exporter);
        IHost host = builder.Build();
        await host.StartAsync();
        JobTracer tracer = host.Services.GetRequiredService<JobTracer>();
        tracer.Start(Pipeline.Job()).Dispose();
        await host.StopAsync();
        host.Dispose();
        int calls = exporter.Calls;

        ProcessExitFlush.Flush(tracer, TimeSpan.FromSeconds(30));

        Assert.That(exporter.Calls, Is.EqualTo(calls));
        Assert.That(calls, Is.EqualTo(1));
    }
}
