using System.Diagnostics;
using System.Text.Json.Nodes;

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
    /// Flushes until nothing waits any more: an export that was under way before the trouble passed answers a flush, too.
    /// </summary>
    public static async Task<FlushResult> FlushUntilSettledAsync(this ITraceFlusher flusher)
    {
        for (int i = 0; i < 1000; i++)
        {
            FlushResult result = await flusher.FlushAsync(TimeSpan.FromSeconds(30));
            if (result.Status != FlushStatus.TimedOut)
                return result;
        }
        throw new TimeoutException("After 1000 flushes spans still wait.");
    }

    /// <summary>Fails unless the two say the same; the order of members has no meaning.</summary>
    public static void AssertSame(JsonNode? actual, string expected, string because = "") =>
        Assert.That(
            JsonNode.DeepEquals(actual, JsonNode.Parse(expected)),
            Is.True,
            $"{because}\nexpected {JsonNode.Parse(expected)?.ToJsonString() ?? "null"}\nbut was  {actual?.ToJsonString() ?? "null"}");
}
