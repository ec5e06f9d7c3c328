using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

[NonParallelizable] // every TracerProvider of the process records the jobs of all tests: the source is shared
public sealed class RateLimitedLoggerTests
{
    [Test]
    public async Task RunAsync_CallbackThrowsAndSoDoesTheLog_TheJobHasItsAnswer()
    {
        var exporter = new RecordingExporter();
        using var log = new FailingLog();
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(log);
        builder.Services.AddWorkerTracing(static options =>
        {
            options.Flush = FlushMode.Wait;
            options.Enrich = static (_, _) => throw new InvalidOperationException("enrich");
        }).AddExporter(_ => exporter);
        using IHost host = builder.Build();
        await host.StartAsync();

        int answer = await host.Services.GetRequiredService<JobTracer>().RunAsync("job", static (_, _) => Task.FromResult(42));
        await host.StopAsync();

        Assert.That(answer, Is.EqualTo(42));
        Assert.That(log.Tried, Is.True);
        Assert.That(exporter.Spans.Select(static span => span.DisplayName), Is.EqualTo(new[] { "job" }));
    }

    /// <summary>Fails whatever WorkerTracing wants to say.</summary>
    private sealed class FailingLog : ILoggerProvider, ILogger
    {
        public bool Tried { get; private set; }

        public ILogger CreateLogger(string categoryName) => categoryName == "WorkerTracing" ? this : NullLogger.Instance;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            Tried = true;
            throw new InvalidOperationException("the log");
        }

        public void Dispose()
        {
        }
    }
}
