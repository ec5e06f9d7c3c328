using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using WorkerTracing.Testing;

namespace WorkerTracing.Docs.Tests;

/// <summary>The pages that list everything, beside what there is in the code.</summary>
public sealed partial class ReferenceTests
{
    public static readonly Assembly[] Assemblies =
    [
        typeof(JobTracer).Assembly, typeof(JobTraceListener).Assembly, typeof(MassTransitWorkerTracingExtensions)
            .Assembly, typeof(OpenAITraceExporter).Assembly,
        typeof(JobTraceFilter).Assembly, typeof(DashboardWorkerTracingExtensions).Assembly,
    ];

    [TestCase(typeof(WorkerTracingOptions), "docs/configuration.md", "Jobs: `WorkerTracingOptions`", 2)]
    [TestCase(typeof(BatchTraceProcessorOptions), "docs/configuration.md", "Queue and batches: `BatchTraceProcessorOptions`", 2)]
    [TestCase(typeof(FlightRecorderOptions), "docs/configuration.md", "The flight recorder: `FlightRecorderOptions`", 2)]
    [TestCase(typeof(WorkerTracingDashboardOptions), "docs/jobs-page.md", "Options", 2)]
    [TestCase(typeof(OpenAIExporterOptions), "docs/exporters/openai.md", "Options", 1)]
    public void Options_OnThePage_AreAllThereAreWithTheirDefaults(Type options, string page, string heading, int defaultColumn)
    {
        IReadOnlyList<string[]> rows = Pages.Read(page).Rows(heading);
        PropertyInfo[] properties = options.GetProperties();

        Assert.That(rows.Select(row => row[0].Trim('`')), Is.EquivalentTo(properties.Select(property => property.Name)));
        object defaults = Activator.CreateInstance(options)!;
        using (Assert.EnterMultipleScope())
        {
            foreach (PropertyInfo property in properties)
            {
                string shown = rows.Single(row => row[0].Trim('`') == property.Name)[defaultColumn].Trim('`');
                if (Text(property.GetValue(defaults)) is { } value)
                    Assert.That(shown, Is.EqualTo(value), property.Name);
            }
        }
    }

    [Test]
    public void Metrics_OnThePage_AreAllThereAre()
    {
        IEnumerable<string> published = PublishedInstruments.Of(Assemblies)
            .Select(static instrument => $"{instrument.Name} ({PublishedInstruments.Kind(instrument)}), {instrument.Unit}");

        IEnumerable<string> shown = Pages.Read("docs/attributes.md").Rows("Metrics")
            .Where(row => !row[0].EndsWith("Hangfire)", StringComparison.Ordinal)) // its own tests look at that
            .Select(row => $"{Instrument().Replace(row[0], "$1 ($2)")}, {row[1]}");
        Assert.That(shown, Is.EquivalentTo(published.Distinct()));
    }

    [Test]
    public void LogEvents_OnThePage_AreAllThereAre()
    {
        LoggerMessageAttribute[] events =
        [
            .. Assemblies.SelectMany(assembly => assembly.GetTypes())
                .SelectMany(
                    type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()).OfType<LoggerMessageAttribute>(),
        ];

        Assert.That(events.Select(message => message.EventId), Is.Unique, "each package has a range of its own");
        Assert.That(
            Pages.Read("docs/attributes.md").Rows("Log events").Select(row => $"{row[0]} {row[1]}"),
            Is.EquivalentTo(events.Select(message => $"{message.EventId} {message.Level}")));
    }

    [Test]
    public void Names_InTheCode_AreOnAPage()
    {
        string pages = string.Concat(Reference().Select(page => File.ReadAllText(Repository.PathOf(page))));

        IEnumerable<string> missing = NamesInTheCode().Where(name => !pages.Contains(name, StringComparison.Ordinal));

        Assert.That(missing, Is.Empty, "These names of attributes or instruments are on no page.");
    }

    [Test]
    public void Names_OnAPage_AreInTheCode()
    {
        string[] inTheCode = [.. NamesInTheCode()];

        foreach (string page in Pages.All())
        {
            string text = File.ReadAllText(Repository.PathOf(page));
            IEnumerable<string> unknown = OurName().Matches(text).Select(match => match.Value.TrimEnd('.'))
                .Where(name => !inTheCode.Any(
                    known => known == name || (known.EndsWith('.') && $"{name}.".StartsWith(known, StringComparison.Ordinal))));
            Assert.That(unknown, Is.Empty, $"{page} names what the code does not");
        }
    }

    private static IEnumerable<string> Reference() => Pages.All()
        .Where(page => page.StartsWith("docs/", StringComparison.Ordinal) && !page.Contains("decisions", StringComparison.Ordinal));

    /// <summary>Every string of the sources that names an attribute or an instrument; one that ends with a dot is a prefix.</summary>
    private static IEnumerable<string> NamesInTheCode() => Directory.EnumerateFiles(
        Repository.PathOf("src"),
        "*.cs",
        SearchOption.AllDirectories)
        .SelectMany(file => LiteralName().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)).Distinct();

    /// <summary>A default as the pages write it; null where the page describes it in words.</summary>
    private static string? Text(object? value) => value switch
    {
        TimeSpan time when time >= TimeSpan.FromDays(1) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays} days"),
        TimeSpan time when time >= TimeSpan.FromMinutes(1) && time.Seconds == 0 => string.Create(
            CultureInfo.InvariantCulture,
            $"{time.TotalMinutes} min"),
        TimeSpan time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds} s"),
        bool flag => flag ? "true" : "false",
        Uri or Enum or int or double => Convert.ToString(value, CultureInfo.InvariantCulture),
        _ => null,
    };

    [GeneratedRegex(@"^`([a-z_.]+)` \((\w+)(?:, \w+)?\)$")]
    private static partial Regex Instrument();

    [GeneratedRegex("""
        "((?:worker_tracing|workflow|messaging|error|otel\.component|otel\.sdk)\.[a-z_.]+)"
        """)]
    private static partial Regex LiteralName();

    [GeneratedRegex(@"\bworker_tracing\.[a-z_.]+")]
    private static partial Regex OurName();
}
