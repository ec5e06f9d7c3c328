using System.Diagnostics;
using System.Text.Json.Nodes;
using WorkerTracing.Testing;

namespace WorkerTracing.OpenAI.Tests;

/// <summary>Short ways to export spans and to look at what was sent.</summary>
internal static class Exports
{
    public static ExportOutcome[] Send(this OpenAITraceExporter exporter, params Activity[] spans)
        => exporter.Send(CancellationToken.None, spans);

    public static ExportOutcome[] Send(this OpenAITraceExporter exporter, CancellationToken cancellationToken, params Activity[] spans)
    {
        var outcomes = new ExportOutcome[spans.Length];
        exporter.Export(spans, outcomes, cancellationToken);
        return outcomes;
    }

    /// <summary>The item that one span becomes.</summary>
    public static async Task<JsonObject> ItemOfAsync(Activity span, Action<OpenAIExporterOptions>? configure = null)
    {
        await using IngestServer server = await IngestServer.StartAsync();
        using var exporter = new OpenAITraceExporter(server.Options(configure));
        Assert.That(exporter.Send(span), Is.EqualTo(new[] { ExportOutcome.Delivered }));
        return server.AcceptedSpans.Single();
    }

    public static async Task<JsonObject> DataOfAsync(Activity span, Action<OpenAIExporterOptions>? configure = null) =>
        (await ItemOfAsync(span, configure))["span_data"]!.AsObject();

    /// <summary>
    /// Flushes until no span waits. One flush is not enough: during the delay after a failed export, flushes complete at once.
    /// </summary>
    public static async Task<FlushResult> FlushUntilSettledAsync(this ITraceFlusher flusher)
    {
        FlushResult result = default;
        await Until.TrueAsync(
            async () => (result = await flusher.FlushAsync(TimeSpan.FromSeconds(30))).Status != FlushStatus.TimedOut,
            "no span waits");
        return result;
    }

    /// <summary>Fails unless the two say the same; the order of members has no meaning.</summary>
    public static void AssertSame(JsonNode? actual, string expected, string because = "") =>
        Assert.That(
            JsonNode.DeepEquals(actual, JsonNode.Parse(expected)),
            Is.True,
            $"{because}\nexpected {JsonNode.Parse(expected)?.ToJsonString() ?? "null"}\nbut was  {actual?.ToJsonString() ?? "null"}");
}
