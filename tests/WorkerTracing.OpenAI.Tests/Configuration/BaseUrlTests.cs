namespace WorkerTracing.OpenAI.Tests;

/// <summary>The variable that moves model calls is the process's: a fixture of its own, so that nothing runs beside it.</summary>
[NonParallelizable]
public sealed class BaseUrlTests
{
    [Test]
    public void OpenAITraceExporter_BaseUrlWithoutEndpoint_Warns()
    {
        try
        {
            Environment.SetEnvironmentVariable("OPENAI_BASE_URL", "https://user:secret@gateway.example/v1");
            var log = new LogRecorder();
            using (new OpenAITraceExporter(new OpenAIExporterOptions { ApiKey = "sk-test" }, log))
                Assert.That(log.Lines.Single(), Does.Contain("gateway.example").And.Contain("api.openai.com").And.Not.Contain("secret"));

            log = new LogRecorder();
            using (new OpenAITraceExporter(new OpenAIExporterOptions { Endpoint = new Uri("https://gateway.example/ingest") }, log))
                Assert.That(log.Lines, Is.Empty, "the endpoint was chosen");
        }
        finally
        {
            Environment.SetEnvironmentVariable("OPENAI_BASE_URL", null);
        }
    }
}
