using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

[NonParallelizable] // every provider of the process records the jobs of all tests: the source and the meter are shared
public sealed class InstrumentationTests
{
    [Test]
    public void AddWorkerTracingInstrumentation_OnATracerProvider_RecordsJobs()
    {
        var exporter = new RecordingExporter();
        using TracerProvider provider = Sdk.CreateTracerProviderBuilder()
            .AddWorkerTracingInstrumentation()
            .AddProcessor(new SimpleActivityExportProcessor(exporter))
            .Build();

        new JobTracer(provider).Start(Pipeline.Job("instrumented")).Dispose();

        Assert.That(exporter.Spans.Select(static span => span.DisplayName), Does.Contain("instrumented"));
    }

    [Test]
    public void AddWorkerTracingInstrumentation_OnAMeterProvider_RecordsTheMetricsOfJobs()
    {
        var metrics = new MetricNames();
        using MeterProvider meters = Sdk.CreateMeterProviderBuilder()
            .AddWorkerTracingInstrumentation()
            .AddReader(new BaseExportingMetricReader(metrics))
            .Build();
        using TracerProvider provider = Sdk.CreateTracerProviderBuilder().AddWorkerTracingInstrumentation().Build();

        new JobTracer(provider).Start(Pipeline.Job("instrumented")).Dispose();
        meters.ForceFlush();

        Assert.That(metrics.Names, Does.Contain("workflow.execution.duration").And.Contain("workflow.execution.outcome"));
    }

    private sealed class MetricNames : BaseExporter<Metric>
    {
        public List<string> Names { get; } = [];

        public override ExportResult Export(in Batch<Metric> batch)
        {
            foreach (Metric metric in batch)
                Names.Add(metric.Name);
            return ExportResult.Success;
        }
    }
}
