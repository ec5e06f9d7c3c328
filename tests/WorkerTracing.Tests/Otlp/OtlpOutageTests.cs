using System.Diagnostics;
using OpenTelemetry.Exporter;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

/// <summary>Jobs that wait for their traces while the backend is away, over real connections.</summary>
[TestFixture(OtlpExportProtocol.HttpProtobuf)]
[TestFixture(OtlpExportProtocol.Grpc)]
[NonParallelizable] // every TracerProvider of the process records the jobs of all tests: the source is shared
public sealed class OtlpOutageTests(OtlpExportProtocol protocol)
{
    private static readonly TimeSpan FlushTimeout = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(30);

    private readonly bool _isGrpc = protocol == OtlpExportProtocol.Grpc;

    [Test]
    public async Task EndAsync_DuringAnOutage_LosesNothingAndSendsAHandfulOfRequests()
    {
        await using OtlpBackend backend = await OtlpBackend.StartAsync(protocol);
        using Pipeline pipeline = PipelineTo(backend);
        await pipeline.Start("warm").EndAsync();
        backend.OnCall = _ => Task.FromResult(OtlpReply.Failure(503, 14, _isGrpc));

        var results = new List<FlushResult>();
        for (int round = 0; round < 10; round++)
            results.AddRange(await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => pipeline.Start().EndAsync().AsTask())));
        int requests = backend.Calls.Count - 1;
        backend.OnCall = static _ => Task.FromResult(OtlpReply.Ok);
        FlushResult last = await UntilDeliveredAsync(pipeline);

        Assert.That(results.Select(static result => result.Status), Is.All.EqualTo(FlushStatus.TimedOut));
        Assert.That(results.Sum(static result => result.Lost) + last.Lost, Is.Zero);
        Assert.That(results.Count(static result => result.Elapsed >= FlushTimeout), Is.LessThanOrEqualTo(20), "the first to wait");
        Assert.That(requests, Is.LessThanOrEqualTo(20));
        Assert.That(backend.Accepted.Select(static span => span.SpanId).Distinct().Count(), Is.EqualTo(201));
    }

    /// <summary>Takes half a minute, and measures waits: in a full run alone.</summary>
    [Test]
    public async Task EndAsync_JobsAllAlongAnOutage_TogetherWaitForAtMostOneTimeout()
    {
        const int Jobs = 200;
        if (!FullRun.IsOn)
            Assert.Ignore("Runs with WORKERTRACING_FULL_TESTS=1.");
        var outage = TimeSpan.FromSeconds(30);
        await using OtlpBackend backend = await OtlpBackend.StartAsync(protocol);
        using Pipeline pipeline = PipelineTo(backend);
        await pipeline.Start("warm").EndAsync();
        backend.OnCall = _ => Task.FromResult(OtlpReply.Failure(503, 14, _isGrpc));

        var ends = new List<Task<FlushResult>>();
        using var pace = new PeriodicTimer(outage / Jobs);
        while (ends.Count < Jobs && await pace.WaitForNextTickAsync())
            ends.Add(pipeline.Start().EndAsync().AsTask());
        FlushResult[] results = await Task.WhenAll(ends);
        int requests = backend.Calls.Count - 1;
        backend.OnCall = static _ => Task.FromResult(OtlpReply.Ok);
        FlushResult last = await UntilDeliveredAsync(pipeline);

        TimeSpan waited = results.Aggregate(TimeSpan.Zero, static (sum, result) => sum + result.Elapsed);
        Assert.That(waited, Is.LessThanOrEqualTo(FlushTimeout), "all jobs together");
        Assert.That(requests, Is.LessThanOrEqualTo(20));
        Assert.That(results.Sum(static result => result.Lost) + last.Lost, Is.Zero);
        Assert.That(backend.Accepted.Select(static span => span.SpanId).Distinct().Count(), Is.EqualTo(Jobs + 1));
    }

    [Test]
    public async Task EndAsync_CollectorRestarts_DeliversWhatEndedMeanwhile()
    {
        OtlpBackend first = await OtlpBackend.StartAsync(protocol);
        using Pipeline pipeline = PipelineTo(first);
        FlushResult before = await pipeline.Start("before").EndAsync();
        int port = first.Endpoint.Port;
        await first.DisposeAsync();

        FlushResult[] meanwhile =
            await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => pipeline.Start("meanwhile").EndAsync().AsTask()));
        await using OtlpBackend second = await OtlpBackend.StartAsync(protocol, port);
        FlushResult last = await UntilDeliveredAsync(pipeline);

        Assert.That(before.Status, Is.EqualTo(FlushStatus.Delivered));
        Assert.That(meanwhile.Select(static result => (result.Status, result.Lost)), Is.All.EqualTo((FlushStatus.TimedOut, 0)));
        Assert.That(last.Lost, Is.Zero);
        Assert.That(second.Accepted.Count(static span => span.Name == "meanwhile"), Is.EqualTo(20));
    }

    [Test]
    public async Task EndAsync_OneSpanTooLarge_FailsItsJobAlone()
    {
        await using OtlpBackend backend = await OtlpBackend.StartAsync(protocol);
        backend.OnCall = call => Task.FromResult(
            call.Body.Length > 4 * 1024 * 1024 ? OtlpReply.Failure(413, 8, _isGrpc) : OtlpReply.Ok);
        using Pipeline pipeline = PipelineTo(backend, Enough);
        JobTrace[] jobs = [.. Enumerable.Range(0, 100).Select(i =>
        {
            JobTrace job = pipeline.Start($"job {i}");
            job.Activity!.SetTag("text", new string('x', i == 50 ? 5_000_000 : 10));
            job.Stop();
            return job;
        })];

        FlushResult[] results = await Task.WhenAll(jobs.Select(static job => job.EndAsync().AsTask()));

        Assert.That((results[50].Status, results[50].Lost), Is.EqualTo((FlushStatus.Failed, 1)));
        Assert.That(results.Count(static result => result.Status == FlushStatus.Delivered), Is.EqualTo(99));
    }

    [Test]
    public async Task EndAsync_PartialSuccess_IsUnconfirmed()
    {
        await using OtlpBackend backend = await OtlpBackend.StartAsync(protocol);
        backend.OnCall = static _ => Task.FromResult(new OtlpReply { Rejected = 1 });
        using Pipeline pipeline = PipelineTo(backend, Enough);
        JobTrace job = pipeline.Start();
        using (Activity? child = pipeline.Source.StartActivity("child"))
            Assert.That(child, Is.Not.Null);

        FlushResult result = await job.EndAsync();

        Assert.That((result.Status, result.Lost), Is.EqualTo((FlushStatus.Unconfirmed, 0)));
    }

    [Test]
    public async Task FlushAsync_PartialSuccess_IsFailedWithTheNumberOfRejectedSpans()
    {
        await using OtlpBackend backend = await OtlpBackend.StartAsync(protocol);
        backend.OnCall = static _ => Task.FromResult(new OtlpReply { Rejected = 2 });
        using Pipeline pipeline = PipelineTo(backend, Enough);
        for (int i = 0; i < 5; i++)
            pipeline.Start().Stop();

        FlushResult result = await pipeline.Processor.FlushAsync(Enough);

        Assert.That((result.Status, result.Lost), Is.EqualTo((FlushStatus.Failed, 2)));
    }

    private static async Task<FlushResult> UntilDeliveredAsync(Pipeline pipeline)
    {
        FlushResult result = default;
        await Until.TrueAsync(
            () =>
            {
                result = pipeline.Processor.Flush(FlushTimeout);
                return result.Status == FlushStatus.Delivered;
            },
            "what was kept is delivered");
        return result;
    }

    private static Pipeline PipelineTo(OtlpBackend backend, TimeSpan? timeout = null) => new(
        new WorkerTracingOptions { Flush = FlushMode.Wait, FlushTimeout = timeout ?? FlushTimeout },
        exporter: new OtlpSpanExporter(backend.Options));
}
