using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using WorkerTracing.Testing;

namespace WorkerTracing.Docs.Tests;

/// <summary>The queries of docs/grafana, beside the instruments and tags that there are.</summary>
public sealed partial class GrafanaTests
{
    /// <summary>Labels of Prometheus itself: the bucket, and the service as Prometheus names it.</summary>
    private static readonly string[] Prometheus = ["le", "job"];

    private static readonly IReadOnlyDictionary<string, string[]> Series = ReadSeries();

    private static IEnumerable<string> Files => ["docs/grafana/dashboard.json", "docs/grafana/alerts.yaml"];

    [TestCaseSource(nameof(Files))]
    public void Queries_OfTheFile_NameInstrumentsAndTagsThatThereAre(string file)
    {
        string[] queries = [.. QueriesOf(file)];

        Assert.That(queries, Has.Length.GreaterThan(5));
        using (Assert.EnterMultipleScope())
        {
            foreach (string query in queries)
            {
                string[] series = [.. Name().Matches(query).Select(static match => match.Value).Where(IsSeries)];
                Assert.That(series, Is.Not.Empty, query);
                Assert.That(series.Where(static name => !Series.ContainsKey(name)), Is.Empty, query);
                string[] labels = [.. series.Where(Series.ContainsKey).SelectMany(static name => Series[name]), .. Prometheus];
                Assert.That(LabelsOf(query).Except(labels), Is.Empty, query);
            }
        }
    }

    [Test]
    public void Dashboard_ItsPanels_ShowEveryInstrument()
    {
        // Those that only one package has are for a dashboard of the application's own.
        string[] special = ["worker_tracing_job_vetoed_total", "worker_tracing_openai_spans_dropped_total"];
        string queries = string.Join('\n', QueriesOf("docs/grafana/dashboard.json"));

        Assert.That(
            Series.Keys.Select(static name => Suffix().Replace(name, "")).Distinct().Except(special)
                .Where(name => !queries.Contains(name, StringComparison.Ordinal)),
            Is.Empty);
    }

    private static IEnumerable<string> QueriesOf(string file)
    {
        string text = File.ReadAllText(Repository.PathOf(file));
        return file.EndsWith(".json", StringComparison.Ordinal)
            ? JsonNode.Parse(text)!["panels"]!.AsArray()
                .SelectMany(static panel => panel!["targets"]?.AsArray() ?? [])
                .Select(static target => (string)target!["expr"]!)
            : Expression().Matches(text.ReplaceLineEndings("\n")).Select(static match => match.Groups[1].Value);
    }

    private static IEnumerable<string> LabelsOf(string query) =>
        Selector().Matches(query)
            .SelectMany(static match => match.Groups[1].Value.Split(',')).Select(static part => part.Split('=', '!')[0])
            .Concat(Grouping().Matches(query).SelectMany(static match => match.Groups[1].Value.Split(',')))
            .Select(static label => label.Trim()).Where(static label => label.Length > 0);

    /// <summary>The series of each instrument, as OpenTelemetry's exporters name them for Prometheus, with their labels.</summary>
    private static Dictionary<string, string[]> ReadSeries()
    {
        IReadOnlyList<string[]> rows = Pages.Read("docs/attributes.md").Rows("Metrics");
        return PublishedInstruments.Of(ReferenceTests.Assemblies).DistinctBy(static instrument => instrument.Name)
            .SelectMany(instrument => NamesOf(instrument).Select(name => (
                name,
                Tag().Matches(rows.Single(row => row[0].StartsWith($"`{instrument.Name}`", StringComparison.Ordinal))[2])
                    .Select(static tag => tag.Groups[1].Value.Replace('.', '_')).ToArray())))
            .ToDictionary(static series => series.name, static series => series.Item2);
    }

    /// <summary>
    /// Follows OpenTelemetry's specification "Prometheus and OpenMetrics compatibility": a unit in words is a suffix, one in braces is
    /// none, and a counter ends with <c>_total</c>.
    /// </summary>
    private static IEnumerable<string> NamesOf(Instrument instrument)
    {
        string name = instrument.Name.Replace('.', '_') + instrument.Unit switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            _ => "",
        };
        return PublishedInstruments.Kind(instrument) switch
        {
            "histogram" => [$"{name}_bucket", $"{name}_count", $"{name}_sum"],
            "counter" => [$"{name}_total"],
            _ => [name],
        };
    }

    private static bool IsSeries(string name) =>
        (name.StartsWith("workflow_execution_", StringComparison.Ordinal)
            && name is not ("workflow_execution_result" or "workflow_execution_state"))
        || name.StartsWith("worker_tracing_", StringComparison.Ordinal)
        || name.StartsWith("otel_sdk_", StringComparison.Ordinal);

    [GeneratedRegex(@"\b[a-z]+_[a-z_]+\b")]
    private static partial Regex Name();

    [GeneratedRegex(@"\{([^}]*)\}")]
    private static partial Regex Selector();

    [GeneratedRegex(@"\bby \(([^)]*)\)")]
    private static partial Regex Grouping();

    [GeneratedRegex("`([a-z_.]+)`")]
    private static partial Regex Tag();

    [GeneratedRegex("_(bucket|count|sum)$")]
    private static partial Regex Suffix();

    [GeneratedRegex(@"expr: (?:\|\n)?(.*\n(?: {10}.*\n)*)")]
    private static partial Regex Expression();
}
