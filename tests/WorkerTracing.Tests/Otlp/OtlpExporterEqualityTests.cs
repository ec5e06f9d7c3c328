using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

/// <summary>What arrives from our exporter is what arrives from OpenTelemetry's, over real connections.</summary>
[NonParallelizable] // limits are read from the environment
public sealed class OtlpExporterEqualityTests
{
    private static readonly string[] Limits =
    [
        "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_ATTRIBUTE_COUNT_LIMIT",
        "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "OTEL_SPAN_EVENT_COUNT_LIMIT", "OTEL_SPAN_LINK_COUNT_LIMIT", "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT",
        "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT",
    ];

    [Test]
    public async Task Export_GeneratedSpans_EqualsOpenTelemetrysExporter(
        [Values] OtlpExportProtocol protocol,
        [Values] OtlpExportCompression compression)
    {
        using var generated = new GeneratedSpans(11);
        Activity[] spans = generated.Make(FullRun.IsOn ? 1_000 : 200);

        IReadOnlyList<string> ours = await SendAsync(protocol, compression, spans, static options => new OtlpSpanExporter(options));
        IReadOnlyList<string> theirs = await SendAsync(protocol, compression, spans, static options => new OtlpTraceExporter(options));

        Assert.That(ours, Has.Count.EqualTo(spans.Length));
        Assert.That(OtlpText.FirstDifference(ours, theirs), Is.Null);
    }

    [TestCase("3,,,,,,,")]
    [TestCase("5,2,,,,,,")]
    [TestCase(",,2,,,,,")]
    [TestCase(",,7,1,,,,")]
    [TestCase(",,,,1,0,,")]
    [TestCase(",,9,,,,0,1")]
    public async Task Export_WithLimits_EqualsOpenTelemetrysExporter(string limits)
    {
        using var generated = new GeneratedSpans(12);
        Activity[] spans = generated.Make(200);
        string[] values = limits.Split(',');
        try
        {
            for (int i = 0; i < values.Length; i++)
                Environment.SetEnvironmentVariable(Limits[i], values[i].Length == 0 ? null : values[i]);

            const OtlpExportProtocol Http = OtlpExportProtocol.HttpProtobuf;
            IReadOnlyList<string> ours = await SendAsync(Http, default, spans, static options => new OtlpSpanExporter(options));
            IReadOnlyList<string> theirs = await SendAsync(Http, default, spans, static options => new OtlpTraceExporter(options));
            Assert.That(OtlpText.FirstDifference(ours, theirs), Is.Null);
        }
        finally
        {
            foreach (string limit in Limits)
                Environment.SetEnvironmentVariable(limit, null);
        }
    }

    private static async Task<IReadOnlyList<string>> SendAsync(
        OtlpExportProtocol protocol,
        OtlpExportCompression compression,
        Activity[] spans,
        Func<OtlpExporterOptions, BaseExporter<Activity>> create)
    {
        await using OtlpBackend backend = await OtlpBackend.StartAsync(protocol);
        OtlpExporterOptions options = backend.Options;
        options.Compression = compression;
        if (protocol == OtlpExportProtocol.HttpProtobuf)
            options.Endpoint = new Uri(backend.Endpoint, "v1/traces");
        using BaseExporter<Activity> exporter = create(options);
        using var batch = new Batch<Activity>(spans, spans.Length);

        Assert.That(exporter.Export(batch), Is.EqualTo(ExportResult.Success));
        return [.. backend.Calls.SelectMany(static call => OtlpText.Lines(call.Body)).Order(StringComparer.Ordinal)];
    }
}
