using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Trace;

namespace WorkerTracing.Tests;

/// <summary>OpenTelemetry's exporter with its default protocol, gRPC.</summary>
[NonParallelizable] // every TracerProvider of the process records the jobs of all tests: the source is shared
public sealed class OtlpGrpcTests
{
    private const int Unavailable = 14;

    [TestCase(0, FlushStatus.Delivered)]
    [TestCase(Unavailable, FlushStatus.Failed)]
    public async Task EndAsync_OverGrpc_AnswersByTheStatusInTheTrailers(int status, FlushStatus expected)
    {
        await using GrpcReceiver receiver = await GrpcReceiver.StartAsync();
        receiver.Status = status;
        var options = new OtlpExporterOptions { Endpoint = receiver.Endpoint };
        using TracerProvider provider = Sdk.CreateTracerProviderBuilder()
            .AddSource("WorkerTracing")
            .AddProcessor(new BatchTraceProcessor(new OtlpTraceExporter(options)))
            .Build();
        var tracer = new JobTracer(provider, new WorkerTracingOptions { Flush = FlushMode.Wait, FlushTimeout = TimeSpan.FromSeconds(30) });

        JobTrace job = tracer.Start(Pipeline.Job("over grpc"));
        FlushResult result = await job.EndAsync();

        Assert.That(result.Status, Is.EqualTo(expected));
        Assert.That(
            receiver.Spans.Where(span => span.TraceId == job.TraceId.ToHexString()).Select(static span => span.Name),
            Is.EqualTo(expected == FlushStatus.Delivered ? new[] { "over grpc" } : []));
    }
}
