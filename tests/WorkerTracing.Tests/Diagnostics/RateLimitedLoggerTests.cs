using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

[NonParallelizable] // every TracerProvider of the process records the jobs of all tests: the source is shared
public sealed class RateLimitedLoggerTests
{
    [Test]
    public async Task RunAsync_CallbackThrowsAndSoDoesTheLog_TheJobHasItsAnswer([Values] bool isEnabledThrows)
    {
        var exporter = new RecordingExporter();
        using var log = new FailingLog(isEnabledThrows);
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

    [Test]
    public void Log_OneEventOfTwoExporters_IsWrittenForEach()
    {
        var inner = new CountingLog();
        var time = new FakeTimeProvider();
        var log = new RateLimitedLogger(inner, time);

        for (int i = 0; i < 3; i++)
        {
            Log.ExportFailed(log, "first", "no answer", 1, "lost");
            Log.ExportFailed(log, "second", "no answer", 1, "lost");
        }

        Assert.That(inner.Entries, Has.Count.EqualTo(2));
        time.Advance(TimeSpan.FromMinutes(2));
        Log.ExportFailed(log, "first", "no answer", 1, "lost");
        Assert.That(inner.Entries, Has.Count.EqualTo(3));
    }

    [Test]
    public void Log_FailedJobs_AreAllWritten()
    {
        var inner = new CountingLog();
        var log = new RateLimitedLogger(inner, new FakeTimeProvider());

        Log.JobFailed(log, "job", new InvalidOperationException());
        Log.JobFailed(log, "job", new InvalidOperationException());

        Assert.That(inner.Entries, Has.Count.EqualTo(2));
    }

    private sealed class CountingLog : ILogger
    {
        public List<string> Entries { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter) => Entries.Add(formatter(state, exception));
    }

    /// <summary>Fails at every entry of WorkerTracing, or at the question whether its level is on.</summary>
    private sealed class FailingLog(bool isEnabledThrows) : ILoggerProvider, ILogger
    {
        public bool Tried { get; private set; }

        public ILogger CreateLogger(string categoryName) => categoryName == "WorkerTracing" ? this : NullLogger.Instance;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel)
        {
            Tried = true;
            return isEnabledThrows ? throw new InvalidOperationException("the log's own") : true;
        }

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
