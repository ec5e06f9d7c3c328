using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using WorkerTracing.Testing;

namespace WorkerTracing.Docs.Tests;

/// <summary>samples/AllInOne, run as its README says.</summary>
[Platform(Exclude = "Win", Reason = "A signal is what ends the sample.")]
public sealed partial class AllInOneTests
{
    private static readonly string Folder = Directory.CreateTempSubdirectory("workertracing-all-in-one-").FullName;

    private static SampleProcess _sample = null!;
    private static HttpClient _client = null!;

    [OneTimeSetUp]
    public static async Task StartAsync()
    {
        _sample = await SampleProcess.StartAsync("AllInOne", "--Folder", Folder);
        _client = new HttpClient { BaseAddress = _sample.Address };
        await _sample.WroteAsync(FirstTrace());
    }

    [OneTimeTearDown]
    public static async Task StopAsync()
    {
        _client.Dispose();
        await _sample.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    [Test]
    public void FirstExport_OnTheConsole_IsTheTreeOfTheReadme()
    {
        string readme = File.ReadAllText(Repository.PathOf("samples/AllInOne/README.md")).ReplaceLineEndings("\n");
        string shown = FirstTrace().Match(readme).Value;
        string written = FirstTrace().Match(_sample.Output).Value;

        Assert.That(Shape(written), Is.EqualTo(Shape(shown)), "every job below the one before it, in one trace");
    }

    [Test]
    public async Task Export_Accepted_BecomesAFileWithItsOrders()
    {
        HttpResponseMessage accepted = await PostAsync("""{"customer":"globex","from":"2026-02-01","to":"2026-02-28"}""");
        Assert.That(accepted.StatusCode, Is.EqualTo(HttpStatusCode.Accepted));

        JsonNode export = (await _client.GetFromJsonAsync<JsonNode>(accepted.Headers.Location))!;
        while ((string?)export["state"] is not ("Ready" or "Failed"))
            export = (await _client.GetFromJsonAsync<JsonNode>(accepted.Headers.Location))!;

        using var lines = new StreamReader(new GZipStream(File.OpenRead((string)export["file"]!), CompressionMode.Decompress));
        string[] csv = (await lines.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(csv[0], Is.EqualTo("order,day,article,price"));
        Assert.That(csv[1..], Has.Length.EqualTo((int)export["orders"]!).And.All.Match("""^\d+,2026-02-\d\d,"[^\n]+",\d+\.\d\d$"""));
        Assert.That((int)export["orders"]!, Is.GreaterThan(50));
    }

    [TestCase("""{"customer":"acme; DROP TABLE placed","from":"2026-01-01","to":"2026-01-31"}""", "customer")]
    [TestCase("""{"from":"2026-01-01","to":"2026-01-31"}""", "customer")]
    [TestCase("""{"customer":"acme","to":"2026-01-31"}""", "from")]
    [TestCase("""{"customer":"acme","from":"2026-02-01","to":"2026-01-31"}""", "to")]
    [TestCase("""{"customer":"acme","from":"2020-01-01","to":"2026-01-31"}""", "to")]
    [TestCase("""{"customer":"acme","from":"yesterday"}""", null)]
    [TestCase("nonsense", null)]
    public async Task Export_ThatMakesNoSense_IsRefused(string body, string? field)
    {
        HttpResponseMessage answer = await PostAsync(body);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        if (field is not null)
            Assert.That(
                (await answer.Content.ReadFromJsonAsync<JsonNode>())!["errors"]!.AsObject().Select(error => error.Key),
                Is.EqualTo(new[] { field }));
    }

    [Test]
    public async Task Export_Unknown_IsNotFound() =>
        Assert.That((await _client.GetAsync($"/exports/{Guid.NewGuid()}")).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));

    [Test]
    public async Task Stop_BySignal_EndsCleanlyWithEverySpanDelivered()
    {
        await using SampleProcess sample = await SampleProcess.StartAsync("AllInOne");
        await sample.WroteAsync(Ready());

        int exitCode = await sample.StopAsync();

        Assert.That(exitCode, Is.Zero, sample.Output);
        Assert.That(FirstTrace().IsMatch(sample.Output), sample.Output);
    }

    private static Task<HttpResponseMessage> PostAsync(string body) =>
        _client.PostAsync("/exports", new StringContent(body, Encoding.UTF8, "application/json"));

    /// <summary>The spans of a tree, each with its depth.</summary>
    private static (int Depth, string Name)[] Shape(string tree) =>
        [.. Span().Matches(tree).Select(span => (span.Groups["indent"].Length / 3, span.Groups["name"].Value))];

    [GeneratedRegex(@"^trace [0-9a-f]{32}\n└─ POST /exports (.*\n)*? *└─ compress .*(\n {4}.*)+", RegexOptions.Multiline)]
    private static partial Regex FirstTrace();

    [GeneratedRegex(@"Export [0-9a-f-]{36} is ready")]
    private static partial Regex Ready();

    [GeneratedRegex(@"^(?<indent>[│ ]*)[└├]─ (?<name>.+?)  [\d.]+ m?s", RegexOptions.Multiline)]
    private static partial Regex Span();
}
