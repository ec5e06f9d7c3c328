using System.Text.Json.Nodes;

namespace WorkerTracing.OpenAI.Tests;

/// <summary>A request as the ingest server received it.</summary>
internal sealed class IngestRequest(string method, string path, IReadOnlyDictionary<string, string> headers, string body)
{
    public string Method { get; } = method;

    public string Path { get; } = path;

    public IReadOnlyDictionary<string, string> Headers { get; } = headers;

    public string Body { get; } = body;

    public IngestReply Reply { get; set; } = 200;

    public IReadOnlyList<JsonObject> Items { get; } =
        body.Length == 0 ? [] : [.. JsonNode.Parse(body)!["data"]!.AsArray().Select(static item => item!.AsObject())];

    public IReadOnlyList<string> SpanNames => [.. Items.Where(static item => (string?)item["object"] == "trace.span")
        .Select(static item => (string)item["span_data"]!["name"]!)];
}
