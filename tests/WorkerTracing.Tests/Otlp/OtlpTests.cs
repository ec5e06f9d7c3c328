using System.Net;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Trace;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

/// <summary>The processor with OpenTelemetry's own exporter, over a real connection, without a builder and without a host.</summary>
[Category("Flush")]
[NonParallelizable] // every TracerProvider of the process records the jobs of all tests: the source is shared
public sealed class OtlpTests
{
    [Test]
    public async Task FlushAsync_OverOtlp_DeliversWhenTheReceiverHasAnswered()
    {
        await using var receiver = new OtlpReceiver();
        var answer = new TaskCompletionSource<HttpStatusCode>();
        receiver.OnRequest = _ => answer.Task;
        using Rig rig = new(receiver);
        JobTrace job = rig.Tracer.Start(Pipeline.Job("over otlp"));
        Task<FlushResult> end = job.EndAsync().AsTask();
        await Until.TrueAsync(() => receiver.Requests == 1, "the request has come");

        bool early = end.IsCompleted;
        answer.SetResult(HttpStatusCode.OK);
        FlushResult result = await Until.DoneAsync(end, "the end");

        Assert.That(early, Is.False, "the receiver had not answered yet");
        Assert.That(result.Status, Is.EqualTo(FlushStatus.Delivered));
        OtlpSpan span = receiver.Spans.Single();
        Assert.That(
            (span.TraceId, span.SpanId, span.Name),
            Is.EqualTo((job.TraceId.ToHexString(), job.Activity!.SpanId.ToHexString(), "over otlp")));
    }

    [Test]
    public async Task FlushAsync_ReceiverRefuses_IsFailed()
    {
        await using var receiver = new OtlpReceiver { OnRequest = static _ => Task.FromResult(HttpStatusCode.BadRequest) };
        using Rig rig = new(receiver);

        FlushResult result = await rig.Tracer.Start(Pipeline.Job()).EndAsync();

        Assert.That(result, Is.EqualTo(new FlushResult(FlushStatus.Failed, 0, 1, result.Elapsed)));
    }

    [Test]
    public async Task Export_TheExportersOwnRequests_MakeNoSpans()
    {
        await using var receiver = new OtlpReceiver();
        using Rig rig = new(receiver, "System.Net.Http", "Experimental.System.Net.Http.*");
        for (int i = 0; i < 3; i++)
            await rig.Tracer.Start(Pipeline.Job()).EndAsync();

        await rig.Processor.FlushAsync(TimeSpan.FromSeconds(30));

        Assert.That(receiver.Spans.Select(span => span.Name), Is.All.EqualTo("job"));
        Assert.That(receiver.Requests, Is.EqualTo(3));
    }

    private sealed class Rig : IDisposable
    {
        private readonly TracerProvider _provider;

        public Rig(OtlpReceiver receiver, params string[] sources)
        {
            var options = new OtlpExporterOptions
            {
                Endpoint = new Uri(receiver.Endpoint, "v1/traces"),
                Protocol = OtlpExportProtocol.HttpProtobuf
            };
            Processor = new BatchTraceProcessor(new OtlpTraceExporter(options));
            _provider = Sdk.CreateTracerProviderBuilder().AddSource("WorkerTracing").AddSource(sources).AddProcessor(Processor).Build();
            Tracer = new JobTracer(_provider, new WorkerTracingOptions { Flush = FlushMode.Wait, FlushTimeout = TimeSpan.FromSeconds(30) });
        }

        public BatchTraceProcessor Processor { get; }

        public JobTracer Tracer { get; }

        public void Dispose() => _provider.Dispose();
    }
}
