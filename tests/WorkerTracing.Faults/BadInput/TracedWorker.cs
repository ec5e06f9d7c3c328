using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Trace;

namespace WorkerTracing.Faults;

/// <summary>A tracer with both real exporters, and the requests that they sent, for jobs with bad input.</summary>
internal sealed class TracedWorker : IAsyncDisposable
{
    private readonly BodyReceiver _collector;
    private readonly BodyReceiver _dashboard;
    private readonly TracerProvider _provider;

    private TracedWorker(BodyReceiver collector, BodyReceiver dashboard, WorkerTracingOptions options)
    {
        _collector = collector;
        _dashboard = dashboard;
        _provider = Sdk.CreateTracerProviderBuilder()
            .AddSource("WorkerTracing", Source.Name)
            .AddProcessor(new BatchTraceProcessor(new OtlpTraceExporter(
                new OtlpExporterOptions
                {
                    Endpoint = new Uri(collector.Endpoint, "v1/traces"),
                    Protocol = OtlpExportProtocol.HttpProtobuf
                })))
            .AddProcessor(new BatchTraceProcessor(new OpenAITraceExporter(
                new OpenAIExporterOptions
                {
                    ApiKey = "sk-test",
                    Endpoint = new Uri(dashboard.Endpoint, "v1/traces/ingest"),
                    IncludeContent = true
                })))
            .Build();
        options.Flush = FlushMode.Wait;
        options.FlushTimeout = TimeSpan.FromSeconds(60);
        Tracer = new JobTracer(_provider, options);
    }

    /// <summary>Where the jobs' own spans come from.</summary>
    public ActivitySource Source { get; } = new($"bad input {Guid.NewGuid():n}");

    public JobTracer Tracer { get; }

    public static async Task<TracedWorker> StartAsync(WorkerTracingOptions? options = null) =>
        new(await BodyReceiver.StartAsync(), await BodyReceiver.StartAsync(), options ?? new WorkerTracingOptions());

    /// <summary>
    /// Runs a job that answers and a job that throws, and fails unless both come out as they went in, every span was acknowledged by both
    /// backends, and what they got is well-formed.
    /// </summary>
    /// <param name="job">What runs.</param>
    /// <param name="body">What it does to its trace.</param>
    public async Task RunAsync(JobInfo job, Action<JobTrace> body)
    {
        object answer = new();
        JobTrace? trace = null;
        object result = await Tracer.RunAsync(job, (own, _) =>
        {
            body(trace = own);
            return Task.FromResult(answer);
        });
        Assert.That(result, Is.SameAs(answer), "the job's result is its own");
        Assert.That(Activity.Current, Is.Null);
        Assert.That(JobTrace.Current, Is.Null);
        AssertSent(trace!);

        var failure = new InvalidOperationException("the job's own");
        Exception? thrown = null;
        try
        {
            await Tracer.RunAsync(job, (own, _) =>
            {
                body(trace = own);
                throw failure;
            });
        }
        catch (Exception exception)
        {
            thrown = exception;
        }

        Assert.That(thrown, Is.SameAs(failure), "the job's exception is its own");
        AssertSent(trace!);
    }

    public void AssertSent(JobTrace trace)
    {
        if (trace.IsRecorded)
            Assert.That(trace.Result.Status, Is.EqualTo(FlushStatus.Delivered), trace.Result.ToString());
        Assert.That(
            _collector.Bodies.Sum(OtlpBody.Read) + _dashboard.Bodies.Sum(IngestBody.Read),
            Is.GreaterThanOrEqualTo(trace.Result.Exported));
        _collector.Clear();
        _dashboard.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        _provider.Dispose();
        Source.Dispose();
        await _collector.DisposeAsync();
        await _dashboard.DisposeAsync();
    }
}
