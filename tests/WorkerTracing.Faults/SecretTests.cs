using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace WorkerTracing.Faults;

/// <summary>Options that are wrong, and hold secrets: the error that stops the host names the option and shows none of them.</summary>
public sealed class SecretTests
{
    private static IEnumerable<TestCaseData> WrongOptions()
    {
        yield return Case("Endpoint", $"ftp://worker:{Secrets.Password}@traces.example/ingest?token={Secrets.Query}");
        yield return Case("Endpoint", $"http://worker:{Secrets.Password}@traces.example:port/ingest?token={Secrets.Query}");
        yield return Case("Endpoint", $"worker:{Secrets.Password}@traces.example");
        yield return Case("Endpoint", $"/ingest?token={Secrets.Query}");
        yield return Case("ApiKey", Secrets.ApiKey + " é");

        static TestCaseData Case(string option, string value) => new TestCaseData(option, value).SetArgDisplayNames(option, value);
    }

    [TestCaseSource(nameof(WrongOptions))]
    public void Start_WithAWrongOption_TheErrorShowsNoSecret(string option, string value)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { [$"WorkerTracing:OpenAI:{option}"] = value });
        builder.Services.AddWorkerTracing().AddOpenAIExporter();
        using IHost host = builder.Build();

        OptionsValidationException? refused = Assert.Throws<OptionsValidationException>(host.Start);
        Assert.That(refused!.Message, Does.Contain(option));
        Assert.That(Secrets.All.Where(secret => refused.ToString().Contains(secret, StringComparison.Ordinal)), Is.Empty);
    }
}
