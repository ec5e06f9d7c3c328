using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace AgentWorker;

/// <summary>Draws the items of a request as trees, as the dashboard shows them.</summary>
internal static class IngestTree
{
    public static string Of(JsonArray items)
    {
        var text = new StringBuilder();
        foreach (JsonNode? trace in items.Where(static item => (string?)item!["object"] == "trace"))
        {
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"{trace!["workflow_name"]}  group {trace["group_id"]}  {trace["metadata"]?.ToJsonString()}");
        }

        JsonObject[] spans = [.. items.Select(static item => item!.AsObject()).Where(static item => item.ContainsKey("span_data"))];
        Write(text, spans, parent: null, "  ");
        return text.ToString();
    }

    private static void Write(StringBuilder text, JsonObject[] spans, string? parent, string indent)
    {
        IEnumerable<JsonObject> children = spans.Where(span => (string?)span["parent_id"] == parent);
        foreach (JsonObject span in children.OrderBy(static span => (string)span["started_at"]!, StringComparer.Ordinal))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{indent}{Describe(span["span_data"]!)}");
            Write(text, spans, (string)span["id"]!, indent + "  ");
        }
    }

    private static string Describe(JsonNode data) => (string?)data["type"] switch
    {
        "agent" => $"agent {data["name"]}  tools {Text(data["tools"])} handoffs {Text(data["handoffs"])}",
        "function" => $"function {data["name"]}  {data["input"]} -> {data["output"]}",
        "generation" => $"generation {data["model"]}  tokens {data["usage"]?["input_tokens"]} + {data["usage"]?["output_tokens"]}",
        "handoff" => $"handoff {data["from_agent"]} -> {data["to_agent"]}",
        var type => $"{type} {data["name"]}",
    };

    private static string Text(JsonNode? value) => value?.ToJsonString() ?? "null";
}
