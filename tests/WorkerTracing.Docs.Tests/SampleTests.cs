using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using WorkerTracing.Testing;

namespace WorkerTracing.Docs.Tests;

/// <summary>What all samples have in common, each run in a process of its own.</summary>
[Platform(Exclude = "Win", Reason = "A signal is what ends a sample.")]
public sealed partial class SampleTests
{
    private const string Metric = "workflow.execution.duration";

    [TestCase("QueueWorker", "queue-worker", true)]
    [TestCase("QuartzWorker", "quartz-worker", true)]
    [TestCase("HangfireWorker", "hangfire-worker", true)]
    [TestCase("AllInOne", "all-in-one", true)]
    [TestCase("MassTransitWorker", "masstransit-worker", false)]
    [TestCase("AgentWorker", "agent-worker", false)]
    public async Task Run_WithAViewer_SendsItTracesAndMetricsUnderTheSamplesName(string sample, string service, bool runsOn)
    {
        if (!FullRun.IsOn && sample != "QueueWorker")
            Assert.Ignore("In a full run alone: WORKERTRACING_FULL_TESTS=1");
        await using var viewer = new OtlpReceiver();
        await using var process = ChildProcess.StartDotnet(
            [SampleProcess.PathOf(sample, $"{sample}.dll"), "--urls", "http://127.0.0.1:0"],
            new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = viewer.Endpoint.ToString(),
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
            });

        await Until.TrueAsync(
            () => viewer.Spans.Count > 0 && viewer.Metrics.Any(static metrics => metrics.Contains(Metric, StringComparison.Ordinal)),
            $"{sample} sent its first trace and the duration of its first job");
        if (runsOn)
            process.Stop();

        Assert.That(await process.EndedAsync(), Is.Zero, process.Report());
        Assert.That(process.Output, Does.StartWith(sample), "The first line says what follows.");
        Assert.That(process.Output, Does.Match(End()));
        Assert.That(process.Output, Does.Not.Match("warn: WorkerTracing"));
        Assert.That(viewer.Spans.Select(static span => span.Service), Is.All.EqualTo(service));
        Assert.That(viewer.Metrics, Has.All.Contains(service));
    }

    [Test]
    public async Task Run_CrashWorkerWithAViewer_SendsItTheJobThatDied()
    {
        if (!FullRun.IsOn)
            Assert.Ignore("In a full run alone: WORKERTRACING_FULL_TESTS=1");
        await using var viewer = new OtlpReceiver();
        await using var process = ChildProcess.StartDotnet(
            [SampleProcess.PathOf("CrashWorker", "CrashWorker.dll")],
            new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = viewer.Endpoint.ToString(),
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            });

        Assert.That(await process.EndedAsync(), Is.Zero, process.Report());
        Assert.That(process.Output, Does.StartWith("CrashWorker").And.Match(End()));
        Assert.That(viewer.Spans.Select(static span => span.Service), Is.All.EqualTo("crash-worker"));
        Assert.That(
            viewer.Spans.Where(static span => span.Name == "Report.Send")
                .Select(static span => span.Attributes.GetValueOrDefault("workflow.execution.result")),
            Is.EquivalentTo(new[] { "success", "error", "success" }),
            "monday, the attempt that died, and the next one");
        Assert.That(viewer.Metrics, Has.Some.Contains(Metric).And.All.Contains("crash-worker"));
    }

    [TestCase("QueueWorker")]
    [TestCase("HangfireWorker")]
    [TestCase("AllInOne")]
    public async Task Run_PortInUse_SaysHowToChooseAnotherOne(string sample)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        int port = ((IPEndPoint)other.LocalEndpoint).Port;

        await using var process = ChildProcess.StartDotnet(
            [SampleProcess.PathOf(sample, $"{sample}.dll"), "--urls", $"http://127.0.0.1:{port}"]);

        Assert.That(await process.EndedAsync(), Is.EqualTo(1), process.Report());
        Assert.That(
            process.Errors,
            Is.EqualTo(
                $"Port {port} is in use. Choose another one: dotnet run --project samples/{sample} -- --urls http://127.0.0.1:{port + 1000}\n"));
    }

    [GeneratedRegex("^.*(Ctrl\\+C ends it|It ends by itself)", RegexOptions.Multiline)]
    private static partial Regex End();
}
