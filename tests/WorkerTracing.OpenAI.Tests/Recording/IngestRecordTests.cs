using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace WorkerTracing.OpenAI.Tests;

/// <summary>Spans that are written as records and sent from them.</summary>
public sealed class IngestRecordTests
{
    [Test]
    public async Task Export_RecordedSpans_SendsWhatTheSpansThemselvesWouldSay()
    {
        Activity root = SpanMaker.Running("root");
        Activity[] spans =
        [
            SpanMaker.Ended("chat", span => span.SetTag("gen_ai.operation.name", "chat").SetTag("gen_ai.request.model", "gpt-5"), root),
            SpanMaker.Ended("failed", span => span.SetStatus(ActivityStatusCode.Error, "no paper"), root),
            SpanMaker.Ended("of another trace", ("answer", 42)),
        ];
        await using IngestServer live = await IngestServer.StartAsync();
        await using IngestServer replayed = await IngestServer.StartAsync();
        using var exporter = new OpenAITraceExporter(live.Options());
        using var later = new OpenAITraceExporter(replayed.Options());

        exporter.Send(spans);
        ExportOutcome[] outcomes = Send(later, [.. spans.Select(span => Record(exporter, span))]);

        Assert.That(outcomes, Is.All.EqualTo(ExportOutcome.Delivered));
        Assert.That(replayed.Requests.Single().Body, Is.EqualTo(live.Requests.Single().Body));
    }

    [Test]
    public void CloseSpan_OpenSpan_EndsItAsAbandoned()
    {
        using var exporter = new OpenAITraceExporter(new OpenAIExporterOptions { ApiKey = "sk-test" });
        Activity span = SpanMaker.Running("job");
        span.SetTag("order", 7);
        DateTimeOffset ended = new DateTimeOffset(span.StartTimeUtc).AddHours(1);

        JsonObject item = ItemOf(Close(exporter, Open(exporter, span), ended));

        Assert.That((string?)item["error"]!["data"]!["type"], Is.EqualTo("abandoned"));
        var end = DateTimeOffset.Parse((string)item["ended_at"]!, CultureInfo.InvariantCulture);
        Assert.That(end, Is.EqualTo(ended).Within(TimeSpan.FromMicroseconds(1)));
        Exports.AssertSame(
            item["span_data"]!["data"],
            """{"order":7,"workflow.execution.result":"error","error.type":"abandoned"}""");
    }

    [Test]
    public void CloseSpan_ClockThatWentBack_EndsAtTheStart()
    {
        using var exporter = new OpenAITraceExporter(new OpenAIExporterOptions { ApiKey = "sk-test" });
        Activity span = SpanMaker.Running("job");

        JsonObject item = ItemOf(Close(exporter, Open(exporter, span), new DateTimeOffset(span.StartTimeUtc).AddHours(-1)));

        Assert.That((string?)item["ended_at"], Is.EqualTo((string?)item["started_at"]));
    }

    [Test]
    public void TryRead_EachTruncationAndBitFlip_ReadsOrRefusesAndNeverThrows()
    {
        using var exporter = new OpenAITraceExporter(new OpenAIExporterOptions { ApiKey = "sk-test" });
        byte[] content = Record(exporter, SpanMaker.Ended("span")).Content.ToArray();

        for (int length = 0; length < content.Length; length++)
            Assert.That(IngestRecord.TryRead(content.AsMemory(0, length), out _), Is.False, $"{length} bytes");
        for (int bit = 0; bit < content.Length * 8; bit++)
        {
            byte[] flipped = [.. content];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            if (IngestRecord.TryRead(flipped, out IngestRecord record))
                Assert.That(record.EndTimeAt, Is.LessThanOrEqualTo(record.ErrorAt));
        }
    }

    [Test]
    public async Task Export_CredentialsThatNothingFinds_DropsTheSpansAndSendsNothing([Values] bool throws)
    {
        await using IngestServer server = await IngestServer.StartAsync();
        using var exporter = new OpenAITraceExporter(server.Options(options => options.CredentialsResolver = _ =>
            throws ? throw new InvalidOperationException("the vault is closed") : null));
        RecordedSpan own = Record(exporter, SpanMaker.Ended("own"));
        Assert.That(IngestRecord.TryRead(own.Content, out IngestRecord record), Is.True);
        var content = new ArrayBufferWriter<byte>();
        (record with { KeyName = "ada" }).Write(content);

        ExportOutcome[] outcomes = Send(exporter, [own with { Content = content.WrittenMemory }, own]);

        Assert.That(outcomes, Is.EqualTo(new[] { ExportOutcome.Dropped, ExportOutcome.Delivered }));
        Assert.That(server.AcceptedSpans, Has.Count.EqualTo(1), "the neighbour alone");
    }

    [Test]
    public async Task Export_OneKeyRefused_DeliversTheSpansOfTheOther()
    {
        await using IngestServer server = await IngestServer.StartAsync(
            static (request, _) => request.Headers["Authorization"] == "Bearer key-ada" ? 403 : 200);
        using var exporter = new OpenAITraceExporter(server.Options(static options =>
            options.CredentialsResolver = static name => new OpenAICredentials($"key-{name}") { Name = name }));
        RecordedSpan[] batch = [.. ((string[])["ada", "bob", "ada", "bob"]).Select(tenant => OfTenant(exporter, tenant))];

        ExportOutcome[] outcomes = Send(exporter, batch);

        Assert.That(outcomes, Is.EqualTo(new[]
        {
            ExportOutcome.Retained, ExportOutcome.Delivered, ExportOutcome.Retained, ExportOutcome.Delivered,
        }));
    }

    [Test]
    public async Task Export_ContentThatIsForbidden_DropsTheRecordsThatHaveIt()
    {
        await using IngestServer server = await IngestServer.StartAsync(static (_, _) =>
            new IngestReply(403) { Body = """{"error":{"code":"zdr_forbidden","message":"no"}}""" });
        using var exporter = new OpenAITraceExporter(server.Options());
        RecordedSpan span = Record(exporter, SpanMaker.Ended("span"));

        Assert.That(Send(exporter, [span]), Is.EqualTo(new[] { ExportOutcome.Retained }));
        Assert.That(Send(exporter, [span]), Is.EqualTo(new[] { ExportOutcome.Dropped }));
        Assert.That(server.Requests, Has.Count.EqualTo(1), "the content leaves no second time");
    }

    private static RecordedSpan OfTenant(OpenAITraceExporter exporter, string tenant)
    {
        RecordedSpan span = Record(exporter, SpanMaker.Ended(tenant));
        Assert.That(IngestRecord.TryRead(span.Content, out IngestRecord record), Is.True);
        var content = new ArrayBufferWriter<byte>();
        (record with { KeyName = tenant }).Write(content);
        return span with { Content = content.WrittenMemory };
    }

    private static RecordedSpan Record(OpenAITraceExporter exporter, Activity span)
    {
        var content = new ArrayBufferWriter<byte>();
        exporter.WriteSpan(span, content);
        return new RecordedSpan(span.TraceId, span.SpanId, content.WrittenMemory, default);
    }

    private static ReadOnlyMemory<byte> Open(OpenAITraceExporter exporter, Activity span)
    {
        var content = new ArrayBufferWriter<byte>();
        exporter.WriteOpenSpan(span, content);
        return content.WrittenMemory;
    }

    private static ReadOnlyMemory<byte> Close(OpenAITraceExporter exporter, ReadOnlyMemory<byte> open, DateTimeOffset ended)
    {
        var content = new ArrayBufferWriter<byte>();
        exporter.CloseSpan(open.Span, ended, content);
        return content.WrittenMemory;
    }

    private static JsonObject ItemOf(ReadOnlyMemory<byte> content)
    {
        Assert.That(IngestRecord.TryRead(content, out IngestRecord record), Is.True);
        return JsonNode.Parse(record.SpanItems.Span)!.AsObject();
    }

    private static ExportOutcome[] Send(OpenAITraceExporter exporter, RecordedSpan[] batch)
    {
        var outcomes = new ExportOutcome[batch.Length];
        exporter.Export(batch, outcomes, CancellationToken.None);
        return outcomes;
    }
}
